#include "chat.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace hubbub::load {
namespace {

TEST(ChatLoad, ReadsItsChannels) {
    const auto seats =
        seats_in(R"(2["connected",{"userId":1,"channels":[{"chatChannelId":7,"lastEventSeq":42,"name":"x"},)"
                 R"({"chatChannelId":9,"lastEventSeq":0}]}])");
    ASSERT_EQ(seats.size(), 2u);
    EXPECT_EQ(seats[0].channel, 7);
    EXPECT_EQ(seats[0].last_event_seq, 42);
    EXPECT_EQ(seats[1].channel, 9);
}

TEST(ChatLoad, TakesNoRefusalForAnAck) {
    const auto ack = ack_in(R"(312[{"ok":true,"message":{}}])");
    ASSERT_TRUE(ack);
    EXPECT_EQ(ack->id, 12u);
    EXPECT_EQ(ack->body, R"([{"ok":true,"message":{}}])");
    EXPECT_FALSE(ack_in(R"(2["new_message",{}])"));
    EXPECT_THROW(ack_in(R"(312[{"ok":false,"error":{}}])"), std::runtime_error);
    EXPECT_THROW(ack_in(R"(3[{"ok":true}])"), std::runtime_error);
}

TEST(ChatLoad, FindsANumber) {
    EXPECT_EQ(number_behind(R"({"chatChannelId":7,"eventSeq":1234,"x":1})", R"("eventSeq":)"), 1234);
    EXPECT_THROW(number_behind(R"({"chatChannelId":7})", R"("eventSeq":)"), std::runtime_error);
    EXPECT_THROW(number_behind(R"({"eventSeq":null})", R"("eventSeq":)"), std::runtime_error);
}

TEST(ChatLoad, SendsEachMessageUnderAnIdOfItsOwn) {
    const auto one = send_packet(5, 42, "hello");
    const auto two = send_packet(5, 42, "hello");
    EXPECT_TRUE(one.starts_with(R"(25["send_message",{"chatChannelId":42,"clientMessageId":")"));
    EXPECT_TRUE(one.ends_with(R"(","content":"hello"}])"));
    EXPECT_NE(one, two);
}

} // namespace
} // namespace hubbub::load
