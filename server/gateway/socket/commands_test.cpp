#include "base/limits.hpp"
#include "chat/messages/rules.hpp"
#include "gateway/socket/commands.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include <map>

namespace hubbub::gateway {
namespace {

using boost::json::parse;

constexpr std::string_view kUuid = "0192f0c1-2b3d-7e4f-8a5b-6c7d8e9fa0b1";

/// A good `send_message` with one field as `json`, or without it if `json` is empty.
boost::json::value send_with(std::string_view field, std::string_view json) {
    std::map<std::string_view, std::string> fields{
        {"chatChannelId", "42"}, {"content", R"("hi")"}, {"clientMessageId", '"' + std::string{kUuid} + '"'}};
    fields[field] = json;
    std::string text;
    for (const auto& [name, value] : fields)
        if (!value.empty()) text += (text.empty() ? "{\"" : ",\"") + std::string{name} + "\":" + value;
    return parse(text + "}");
}

TEST(DecodeSendMessage, TakesWhatTheContractAllows) {
    const auto message = decode_send_message(send_with("parentMessageId", "7"));
    ASSERT_TRUE(message);
    EXPECT_EQ(message->channel, ChannelId{42});
    EXPECT_EQ(message->content, "hi");
    EXPECT_EQ(chat::to_string(message->client_message_id), kUuid);
    EXPECT_EQ(message->parent, MessageId{7});
    EXPECT_FALSE(decode_send_message(send_with("parentMessageId", "null"))->parent);
    EXPECT_TRUE(decode_send_message(send_with("senderId", "[1]"))) << "unknown fields are ignored";
    EXPECT_TRUE(decode_send_message(send_with("chatChannelId", "9007199254740991")));
}

TEST(DecodeSendMessage, NamesTheWrongField) {
    const std::string too_long = '"' + std::string(limits::kMessageBytesMax + 1, 'x') + '"';
    const struct {
        std::string_view field;
        std::string_view json;
        ErrorName why;
    } cases[] = {
        {"chatChannelId", "", ErrorName::validation_missing},
        {"chatChannelId", "null", ErrorName::validation_type},
        {"chatChannelId", R"("42")", ErrorName::validation_type},
        {"chatChannelId", "42.5", ErrorName::validation_type},
        {"chatChannelId", "1e400", ErrorName::validation_type},
        {"chatChannelId", "true", ErrorName::validation_type},
        {"chatChannelId", "{}", ErrorName::validation_type},
        {"chatChannelId", "[42]", ErrorName::validation_type},
        {"chatChannelId", "0", ErrorName::validation_range},
        {"chatChannelId", "-1", ErrorName::validation_range},
        {"chatChannelId", "9007199254740992", ErrorName::validation_range},
        {"chatChannelId", "18446744073709551615", ErrorName::validation_range},
        {"content", "", ErrorName::validation_missing},
        {"content", "null", ErrorName::validation_type},
        {"content", "5", ErrorName::validation_type},
        {"content", R"([""])", ErrorName::validation_type},
        {"content", R"({"_placeholder":true,"num":0})", ErrorName::validation_type},
        {"content", R"("")", ErrorName::validation_too_short},
        {"content", R"(" \n\t")", ErrorName::validation_too_short},
        {"content", R"("a\u0000b")", ErrorName::validation_format},
        {"content", R"("a\u001bb")", ErrorName::validation_format},
        {"content", too_long, ErrorName::validation_too_long},
        {"clientMessageId", "", ErrorName::validation_missing},
        {"clientMessageId", "7", ErrorName::validation_type},
        {"clientMessageId", R"("7")", ErrorName::validation_format},
        {"parentMessageId", R"("7")", ErrorName::validation_type},
        {"parentMessageId", "0", ErrorName::validation_range},
    };
    for (const auto& [field, json, why] : cases) {
        const auto message = decode_send_message(send_with(field, json));
        ASSERT_FALSE(message) << field << json;
        EXPECT_EQ(row_of(message.error().name).name, row_of(why).name) << field << json;
        EXPECT_EQ(message.error().field, field) << json;
    }
}

TEST(Decode, RefusesWhatIsNoObject) {
    for (const auto* text : {"null", "[]", "5", R"("x")", "true", "[{}]"}) {
        const auto refused = decode_channel(parse(text));
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().name, ErrorName::validation_type);
        EXPECT_EQ(refused.error().field, "payload");
    }
}

TEST(DecodeJoinChannel, HasDefaults) {
    const auto plain = decode_join_channel(parse(R"({"chatChannelId":42})"));
    ASSERT_TRUE(plain);
    EXPECT_FALSE(plain->last_event_seq);
    EXPECT_EQ(plain->history_limit, limits::kHistoryPageDefault);
    const auto full = decode_join_channel(parse(R"({"chatChannelId":42,"lastEventSeq":0,"historyLimit":0})"));
    EXPECT_EQ(full->last_event_seq, 0);
    EXPECT_EQ(full->history_limit, 0u);
    EXPECT_EQ(decode_join_channel(parse(R"({"chatChannelId":42,"historyLimit":101})")).error().field, "historyLimit");
    EXPECT_EQ(decode_join_channel(parse(R"({"chatChannelId":42,"lastEventSeq":-1})")).error().field, "lastEventSeq");
}

TEST(DecodeGetHistory, TakesOneDirection) {
    const auto newest = decode_get_history(parse(R"({"chatChannelId":42,"limit":100})"));
    ASSERT_TRUE(newest);
    EXPECT_EQ(newest->query.limit, 100u);
    EXPECT_EQ(decode_get_history(parse(R"({"chatChannelId":42,"around":7})"))->query.around, MessageId{7});
    for (const auto* text : {R"({"chatChannelId":42,"before":1,"after":1})",
                             R"({"chatChannelId":42,"before":1,"around":1})", R"({"chatChannelId":42,"limit":0})",
                             R"({"chatChannelId":42,"limit":101})", R"({"chatChannelId":42,"before":"1"})"}) {
        EXPECT_FALSE(decode_get_history(parse(text))) << text;
    }
}

TEST(DecodeResume, TakesChannelsByTheirDecimalIds) {
    const auto resume = decode_resume(parse(R"({"channels":{"42":7,"1":0}})"));
    ASSERT_TRUE(resume);
    ASSERT_EQ(resume->channels.size(), 2u);
    EXPECT_EQ(resume->channels[0].id, ChannelId{42});
    EXPECT_EQ(resume->channels[0].last_event_seq, 7);
    EXPECT_TRUE(decode_resume(parse(R"({"channels":{}})")));
    for (const auto* text :
         {R"({})", R"({"channels":[]})", R"({"channels":{"x":1}})", R"({"channels":{"__proto__":1}})",
          R"({"channels":{"0":1}})", R"({"channels":{"1":-1}})", R"({"channels":{"1":"1"}})",
          R"({"channels":{"1":null}})", R"({"channels":{"9007199254740992":1}})"}) {
        const auto refused = decode_resume(parse(text));
        ASSERT_FALSE(refused) << text;
        EXPECT_TRUE(refused.error().field.starts_with("channels")) << text;
    }
}

TEST(ClientMessageIdOf, IsTakenFromWhateverHasOne) {
    EXPECT_EQ(client_message_id_of(parse(R"({"clientMessageId":"abc"})")), "abc");
    for (const auto* text : {"null", "[]", "{}", R"({"clientMessageId":5})"})
        EXPECT_EQ(client_message_id_of(parse(text)), "") << text;
    EXPECT_EQ(client_message_id_of(parse(R"({"clientMessageId":")" + std::string(100, 'x') + R"("})")), "");
}

} // namespace
} // namespace hubbub::gateway
