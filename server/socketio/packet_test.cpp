#include "socketio/packet.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace hubbub::socketio {
namespace {

struct DecodedPacket {
    std::string_view text;
    PacketType type;
    std::string_view nsp;
    std::optional<std::uint64_t> id;
    std::size_t attachments;
    std::string_view data;
};

TEST(DecodePacket, TheProtocolsExamples) {
    const DecodedPacket cases[] = {
        {"0", PacketType::connect, "/", {}, 0, "null"},
        {R"(0{"token":"123"})", PacketType::connect, "/", {}, 0, R"({"token":"123"})"},
        {R"(0/admin,{"token":"1"})", PacketType::connect, "/admin", {}, 0, R"({"token":"1"})"},
        {"0/admin", PacketType::connect, "/admin", {}, 0, "null"},
        {"0/admin?x=1,", PacketType::connect, "/admin", {}, 0, "null"},
        {"1", PacketType::disconnect, "/", {}, 0, "null"},
        {"1/admin,", PacketType::disconnect, "/admin", {}, 0, "null"},
        {R"(2["foo"])", PacketType::event, "/", {}, 0, R"(["foo"])"},
        {R"(2/admin,["bar"])", PacketType::event, "/admin", {}, 0, R"(["bar"])"},
        {R"(212["foo",1])", PacketType::event, "/", 12, 0, R"(["foo",1])"},
        {R"(2[1,2])", PacketType::event, "/", {}, 0, "[1,2]"},
        {"2[1.5]", PacketType::event, "/", {}, 0, "[1.5E0]"},
        {R"(3/admin,13["bar"])", PacketType::ack, "/admin", 13, 0, R"(["bar"])"},
        {"313[]", PacketType::ack, "/", 13, 0, "[]"},
        {R"(51-["baz",{"_placeholder":true,"num":0}])",
         PacketType::binary_event,
         "/",
         {},
         1,
         R"(["baz",{"_placeholder":true,"num":0}])"},
        {R"(62-/admin,15[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])", PacketType::binary_ack,
         "/admin", 15, 2, R"([{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])"},
    };
    for (const DecodedPacket& expected : cases) {
        const auto packet = decode_packet(expected.text);
        ASSERT_TRUE(packet) << expected.text << ": " << packet.error().message();
        EXPECT_EQ(packet->type, expected.type) << expected.text;
        EXPECT_EQ(packet->nsp, expected.nsp) << expected.text;
        EXPECT_EQ(packet->id, expected.id) << expected.text;
        EXPECT_EQ(packet->attachments, expected.attachments) << expected.text;
        EXPECT_EQ(boost::json::serialize(packet->data), expected.data) << expected.text;
    }
}

// JavaScript's strings may hold them ("a😀".slice(0, 2)), and JSON.stringify writes them so; UTF-8 has none.
TEST(DecodePacket, ALoneSurrogateBecomesAReplacementCharacter) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {R"("a\ud83d")", "\"a\uFFFD\""},
        {R"("\udc00\ud800","\uDBFF\uDFFF")", "\"\uFFFD\uFFFD\",\"\U0010FFFF\""},
        {R"("\ud83d\ud83d\ude00")", "\"\uFFFD\U0001F600\""},
        {R"("\\ud83d\\\ud83d")", "\"\\\\ud83d\\\\\uFFFD\""},
        {R"({"\ud83d":"\ud83dx\ud83d\n"})", "{\"\uFFFD\":\"\uFFFDx\uFFFD\\n\"}"},
    };
    for (const auto& [json, expected] : cases) {
        const auto packet = decode_packet("27[\"e\"," + std::string{json} + "]");
        ASSERT_TRUE(packet) << json;
        EXPECT_EQ(boost::json::serialize(packet->data), "[\"e\"," + std::string{expected} + "]") << json;
    }
    for (const char* broken : {R"(2["e","\ud83d)", R"(2["e","\ud83d","\ud8"])", R"(2["e","\ud83d\u"])"})
        EXPECT_FALSE(decode_packet(broken)) << broken;
}

TEST(DecodePacket, RefusesWithTheReason) {
    const std::string deep = "2[\"e\"," + std::string(100'000, '[') + std::string(100'000, ']') + "]";
    const std::string long_namespace = "0/" + std::string(64 * 1024, 'n') + ",";
    const std::string long_name = "2[\"" + std::string(1000, 'e') + "\"]";
    const std::pair<std::string_view, Errc> cases[] = {
        {"", Errc::unknown_packet_type},
        {"7", Errc::unknown_packet_type},
        {"abc", Errc::unknown_packet_type},
        {"0[]", Errc::invalid_payload},
        {"0\"x\"", Errc::invalid_payload},
        {"1{}", Errc::invalid_payload},
        {"2", Errc::invalid_payload},
        {"2{}", Errc::invalid_payload},
        {"2[]", Errc::invalid_payload},
        {"2[{}]", Errc::invalid_payload},
        {"2[[\"e\"]]", Errc::invalid_payload},
        {"2[null]", Errc::invalid_payload},
        {"2[\"a\"", Errc::invalid_payload},
        {"2[\"a\"]x", Errc::invalid_payload},
        {"2-1[\"a\"]", Errc::invalid_payload},
        {deep, Errc::invalid_payload},
        {long_name, Errc::invalid_payload},
        {R"(2["connect"])", Errc::reserved_event},
        {R"(2["disconnecting",1])", Errc::reserved_event},
        {R"(2["newListener"])", Errc::reserved_event},
        {"3[]", Errc::invalid_ack_id},
        {"31{}", Errc::invalid_payload},
        {"3abc[]", Errc::invalid_payload},
        {R"(29007199254740992["a"])", Errc::invalid_ack_id},
        {R"(299999999999999999999["a"])", Errc::invalid_ack_id},
        {R"(4{"message":"x"})", Errc::invalid_payload},
        {"5[\"a\"]", Errc::invalid_attachment_count},
        {"5-[\"a\"]", Errc::invalid_attachment_count},
        {"5-1-[\"a\"]", Errc::invalid_attachment_count},
        {"51.5-[\"a\"]", Errc::invalid_attachment_count},
        {"511-[\"a\"]", Errc::too_many_attachments},
        {"51000000000-[\"a\"]", Errc::too_many_attachments},
        {long_namespace, Errc::invalid_namespace},
    };
    for (const auto& [text, expected] : cases) {
        const auto packet = decode_packet(text);
        ASSERT_FALSE(packet) << text.substr(0, 60);
        EXPECT_EQ(packet.error(), expected) << text.substr(0, 60) << ": " << packet.error().message();
    }
}

TEST(DecodePacket, ANumberThatNoDoubleHoldsIsNull) {
    const auto packet = decode_packet(R"(2["x",1e400,{"a":[-1e999,0e400]}])");
    ASSERT_TRUE(packet) << packet.error();
    EXPECT_EQ(boost::json::serialize(packet->data), R"(["x",null,{"a":[null,null]}])");
}

TEST(CheckPlaceholders, EachNamesAnAttachment) {
    const auto check = [](std::string_view text, std::size_t count) {
        return check_placeholders(boost::json::parse(text), count).has_value();
    };
    EXPECT_TRUE(check(R"(["e",{"a":[{"_placeholder":true,"num":1}]},{"_placeholder":true,"num":0}])", 2));
    EXPECT_TRUE(check(R"(["e",{"_placeholder":false,"num":9}])", 1));
    for (const auto* bad : {R"(["e",{"_placeholder":true,"num":1}])", R"(["e",{"_placeholder":true,"num":-1}])",
                            R"(["e",{"_placeholder":true,"num":0.5}])", R"(["e",{"_placeholder":true,"num":"0"}])",
                            R"(["e",{"_placeholder":true}])", R"(["e",{"x":{"_placeholder":true,"num":7}}])"})
        EXPECT_FALSE(check(bad, 1)) << bad;
}

TEST(EncodeHead, LeavesTheMainNamespaceOut) {
    EXPECT_EQ(encode_head(PacketType::event, "/", {}, 0), "2");
    EXPECT_EQ(encode_head(PacketType::event, "/admin", 17, 0), "2/admin,17");
    EXPECT_EQ(encode_head(PacketType::binary_event, "/", {}, 2), "52-");
    EXPECT_EQ(encode_head(PacketType::binary_ack, "/a", 3, 1), "61-/a,3");
    EXPECT_EQ(encode_head(PacketType::connect_error, "/x", {}, 0), "4/x,");
}

} // namespace
} // namespace hubbub::socketio
