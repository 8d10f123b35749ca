#include "chat/messages/rules.hpp"
#include "gateway/json/encode.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace hubbub::gateway {
namespace {

using boost::json::parse;

const Timestamp kAt{std::chrono::seconds{1'790'000'000}};

chat::Message a_message() {
    chat::Message message;
    message.id = MessageId{7};
    message.seq = 3;
    message.channel = ChannelId{42};
    message.sender = UserId{5};
    message.content = "say \"hi\"\n";
    message.created_at = kAt;
    message.client_message_id = *chat::parse_uuid("0192f0c1-2b3d-7e4f-8a5b-6c7d8e9fa0b1");
    message.reactions = {{"👍", 2, {UserId{5}, UserId{6}}}};
    return message;
}

TEST(Encode, AMessageHasEveryFieldOfTheContract) {
    EXPECT_EQ(parse(encode(a_message())), parse(R"({
        "id":7,"seq":3,"chatChannelId":42,"senderId":5,"content":"say \"hi\"\n",
        "createdAt":"2026-09-21T14:13:20.000Z","editedAt":null,"deletedAt":null,
        "clientMessageId":"0192f0c1-2b3d-7e4f-8a5b-6c7d8e9fa0b1","parentMessageId":null,
        "reactions":[{"reaction":"👍","count":2,"userIds":[5,6]}]})"));
}

TEST(Encode, NewMessageWrapsTheMessagesOwnText) {
    EXPECT_EQ(new_message_event(ChannelId{42}, 9, R"({"id":7})"),
              R"({"chatChannelId":42,"eventSeq":9,"message":{"id":7}})");
}

TEST(Encode, EventsAreAsTheyWereBroadcast) {
    const chat::PublicUser bob{UserId{5}, "bob", "Bob"};
    std::string text;
    JsonWriter json{text};
    json.begin_array();
    write_event(json, ChannelId{42}, {8, chat::MembershipEvent{true, bob, kAt, bob.id}});
    write_event(json, ChannelId{42}, {9, a_message()});
    write_event(json, ChannelId{42}, {10, chat::MembershipEvent{false, bob, kAt, bob.id}});
    json.end_array();
    const auto events = parse(text).as_array();
    EXPECT_EQ(events[0], parse(R"({"event":"user_joined","data":{"chatChannelId":42,"eventSeq":8,
        "user":{"id":5,"username":"bob","displayName":"Bob"},"at":"2026-09-21T14:13:20.000Z"}})"));
    EXPECT_EQ(events[1].at("event"), "new_message");
    EXPECT_EQ(events[1].at("data"), parse(new_message_event(ChannelId{42}, 9, encode(a_message()))));
    EXPECT_EQ(events[2].at("event"), "user_left");
}

TEST(Encode, ChangesOfAMessage) {
    const auto event = [](const auto& what) {
        std::string text;
        JsonWriter json{text};
        write_event(json, ChannelId{42}, {8, what});
        return parse(text);
    };
    EXPECT_EQ(event(chat::MessageEdited{MessageId{7}, kAt, "new", UserId{5}, kAt}),
              parse(R"({"event":"message_edited","data":{"chatChannelId":42,"eventSeq":8,"messageId":7,
        "messageCreatedAt":"2026-09-21T14:13:20.000Z","content":"new","editedAt":"2026-09-21T14:13:20.000Z","editedBy":5}})"));
    EXPECT_EQ(event(chat::MessageDeleted{MessageId{7}, kAt, UserId{5}, kAt}),
              parse(R"({"event":"message_deleted","data":{"chatChannelId":42,"eventSeq":8,"messageId":7,
        "messageCreatedAt":"2026-09-21T14:13:20.000Z","deletedAt":"2026-09-21T14:13:20.000Z","deletedBy":5}})"));
    EXPECT_EQ(event(chat::ReactionChanged{false, MessageId{7}, kAt, UserId{5}, "👍", kAt}),
              parse(R"({"event":"reaction_removed","data":{"chatChannelId":42,"eventSeq":8,"messageId":7,
        "messageCreatedAt":"2026-09-21T14:13:20.000Z","userId":5,"reaction":"👍","createdAt":"2026-09-21T14:13:20.000Z"}})"));
}

TEST(Encode, AChannelState) {
    chat::ChannelState state;
    state.id = ChannelId{42};
    state.name = "general";
    state.type = chat::ChannelType::private_channel;
    state.role = chat::Role::admin;
    state.last_message_id = MessageId{7};
    state.last_seq = 3;
    state.last_event_seq = 4;
    state.unread_count = 2;
    EXPECT_EQ(parse(encode(state)), parse(R"({"chatChannelId":42,"name":"general","type":"private","role":"admin",
        "lastMessageId":7,"lastSeq":3,"lastEventSeq":4,"lastReadMessageId":null,"unreadCount":2,"mentionCount":0})"));
}

TEST(Encode, ARefusalSaysWhatTheContractSays) {
    const Failure failure{ErrorName::limit_rate, "content", std::chrono::milliseconds{250}};
    const auto refusal = parse(encode_refusal(failure));
    EXPECT_EQ(refusal.at("ok"), false);
    EXPECT_EQ(refusal.at("error"), parse(R"({"code":"limit.rate","message":"Too many requests. Wait a moment.",
        "retryable":true,"retryAfterMs":250,"field":"content"})"));
}

} // namespace
} // namespace hubbub::gateway
