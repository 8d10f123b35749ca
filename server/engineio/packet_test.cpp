#include "base/limits.hpp"
#include "engineio/packet.hpp"

#include <gtest/gtest.h>

namespace hubbub::engineio {
namespace {

TEST(DecodePayload, KeepsWireOrder) {
    const auto packets = decode_payload("4hello\x1e"
                                        "2\x1e"
                                        "4world");
    ASSERT_TRUE(packets) << packets.error();
    ASSERT_EQ(packets->size(), 3U);
    EXPECT_EQ((*packets)[0].data, "hello");
    EXPECT_EQ((*packets)[1].type, PacketType::ping);
    EXPECT_EQ((*packets)[2].data, "world");
}

TEST(DecodePayload, BinaryIsBase64) {
    const auto packets = decode_payload("4a\x1e"
                                        "bAQIDBA==");
    ASSERT_TRUE(packets) << packets.error();
    EXPECT_TRUE((*packets)[1].is_binary);
    EXPECT_EQ((*packets)[1].binary, "\x01\x02\x03\x04");
}

TEST(DecodePayload, AnyBadPacketRejectsTheWholeBody) {
    const std::pair<std::string_view, Errc> cases[] = {{"", Errc::empty_packet},
                                                       {"\x1e", Errc::empty_packet},
                                                       {"4a\x1e", Errc::empty_packet},
                                                       {"\x1e"
                                                        "4a",
                                                        Errc::empty_packet},
                                                       {"abc", Errc::unknown_packet_type},
                                                       {"7", Errc::unknown_packet_type},
                                                       {"4a\x1e"
                                                        "/",
                                                        Errc::unknown_packet_type},
                                                       {"b!", Errc::invalid_base64},
                                                       {"bA", Errc::invalid_base64}};
    for (const auto& [body, expected] : cases) {
        const auto packets = decode_payload(body);
        ASSERT_FALSE(packets) << body;
        EXPECT_EQ(packets.error(), expected) << body;
    }
}

TEST(DecodePayload, MillionsOfTinyPacketsAreRefused) {
    std::string body = "6";
    for (std::size_t i = 1; i < limits::kPacketsPerPayloadMax; ++i)
        body += "\x1e"
                "6";
    EXPECT_TRUE(decode_payload(body));
    body += "\x1e"
            "6";
    EXPECT_EQ(decode_payload(body).error(), Errc::too_many_packets);
}

TEST(DecodePacket, EachType) {
    for (char digit = '0'; digit <= '6'; ++digit) {
        const std::string text = std::string{digit} + "data";
        const auto packet = decode_packet(text);
        ASSERT_TRUE(packet);
        EXPECT_EQ(static_cast<char>(packet->type), digit);
        EXPECT_EQ(packet->data, "data");
    }
    const auto binary = decode_packet("bAQIDBA==");
    ASSERT_TRUE(binary);
    EXPECT_EQ(binary->binary, "\x01\x02\x03\x04");
    EXPECT_EQ(decode_packet("b!").error(), Errc::invalid_base64);
    EXPECT_EQ(decode_packet("").error(), Errc::empty_packet);
    EXPECT_EQ(decode_packet("x").error(), Errc::unknown_packet_type);
}

} // namespace
} // namespace hubbub::engineio
