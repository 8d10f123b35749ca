#include "chat/errc.hpp"
#include "storage/test_database.hpp"

#include <gmock/gmock.h>

#include <future>

namespace hubbub::storage {
namespace {

using chat::Errc;
using chat::MarkWrite;
using postgres::BlockingConnection;
using postgres::Params;
using ::testing::ElementsAre;
using testing::StorageRunner;

class ReceiptsTest : public ::testing::Test {
  protected:
    StorageRunner db;
    chat::User alice = db.new_user();
    chat::User bob = db.new_user();
    chat::Channel channel = db.new_channel(alice.id);
    std::vector<chat::Message> messages;

    void SetUp() override {
        db.wait(db.channels().add_member(channel.id, bob.id, chat::Role::member, bob.id));
        for (int i = 0; i < 5; ++i)
            messages.push_back(db.append(StorageRunner::message(channel.id, alice.id)).get()->message);
    }
    MarkWrite read_until(std::size_t place, bool told = true) {
        MarkWrite write;
        write.channel = channel.id;
        write.user = bob.id;
        write.marks.read = {messages[place].id, messages[place].seq};
        write.marks.delivered = write.marks.read;
        write.told_read = told;
        return write;
    }
    Result<std::vector<std::size_t>> write(const std::vector<MarkWrite>& writes) {
        std::promise<Result<std::vector<std::size_t>>> promise;
        db.shard().post(
            [&] { db.receipts().write_marks(writes, [&](const auto& places) { promise.set_value(places); }); });
        return promise.get_future().get();
    }
    Result<chat::ReceiptStore::Found> find(UserId user, std::vector<MessageId> ids = {}) {
        return db.wait(db.receipts().find_marks(channel.id, user, std::move(ids)));
    }
    std::int64_t count(const std::string& where) {
        BlockingConnection check{testing::shared_database()};
        const std::string sql =
            R"(SELECT count(*) FROM chat_message_status s JOIN chat_message m ON m.id = s."messageId"
            AND m."createdAt" = s."messageCreatedAt" WHERE m."chatChannelId" = $1 AND )" +
            where;
        return check.query({"", sql.c_str()}, Params::of(channel.id)).front().get<std::int64_t>(0);
    }
};

TEST_F(ReceiptsTest, FindsWhereAMemberStandsAndTheLatestOfTheMessages) {
    const auto found = find(bob.id, {messages[3].id, messages[1].id});
    ASSERT_TRUE(found) << found.error();
    EXPECT_EQ(found->state.last_seq, 5);
    EXPECT_EQ(found->state.unread_count(), 5);
    EXPECT_EQ(found->latest.message, messages[3].id);
    EXPECT_EQ(found->latest.seq, messages[3].seq);
    EXPECT_EQ(find(db.new_user().id).error(), Errc::not_a_member);
    const auto elsewhere = db.new_channel(bob.id);
    const auto foreign = db.append(StorageRunner::message(elsewhere.id, bob.id)).get()->message.id;
    EXPECT_EQ(find(bob.id, {messages[0].id, foreign}).error(), Errc::message_not_found);
}

TEST_F(ReceiptsTest, MarksMoveForwardOnly) {
    EXPECT_THAT(write({read_until(3)}).value(), ElementsAre(0u));
    EXPECT_EQ(find(bob.id)->state.unread_count(), 1);
    EXPECT_TRUE(write({read_until(1)}));
    const auto state = find(bob.id)->state;
    EXPECT_EQ(state.marks.read.message, messages[3].id);
    EXPECT_EQ(state.marks.delivered.seq, messages[3].seq);
    EXPECT_EQ(db.wait(db.channels().find_channel(channel.id, bob.id))->state->unread_count, 1);
}

TEST_F(ReceiptsTest, WhatWasToldIsNotedForEachMessageOfOthers) {
    write({read_until(1)});
    EXPECT_EQ(count(R"("readAt" IS NOT NULL AND "deliveredAt" IS NOT NULL)"), 2);
    MarkWrite delivered = read_until(2);
    delivered.marks.read = {};
    delivered.told_read = false;
    delivered.told_delivered = true;
    write({delivered});
    EXPECT_EQ(count(R"("readAt" IS NULL AND "deliveredAt" IS NOT NULL)"), 1);
    write({read_until(4)});
    EXPECT_EQ(count(R"("readAt" IS NOT NULL)"), 5);
    EXPECT_EQ(count(R"(s."userId" = m."senderId")"), 0);
}

TEST_F(ReceiptsTest, WhatWasNotToldOnlyMovesTheMark) {
    write({read_until(2, false)});
    EXPECT_EQ(count("true"), 0);
    EXPECT_EQ(find(bob.id)->state.unread_count(), 2);
}

TEST_F(ReceiptsTest, WhoIsNoMemberIsNotAnswered) {
    MarkWrite stranger = read_until(2);
    stranger.user = db.new_user().id;
    EXPECT_THAT(write({stranger, read_until(0)}).value(), ElementsAre(1u));
}

TEST_F(ReceiptsTest, TheFunctionsOfTheRoadmap) {
    BlockingConnection sql{testing::shared_database()};
    const auto call = [&](const char* statement, MessageId message) {
        return sql.query({"", statement}, Params::of(channel.id, bob.id, message)).front().get<bool>(0);
    };
    EXPECT_TRUE(call("SELECT mark_messages_delivered_until($1, $2, $3)", messages[3].id));
    EXPECT_TRUE(call("SELECT mark_messages_read_until($1, $2, $3)", messages[1].id));
    const auto state = find(bob.id)->state;
    EXPECT_EQ(state.marks.read.seq, 2);
    EXPECT_EQ(state.marks.delivered.seq, 4);
    EXPECT_EQ(count(R"("readAt" IS NOT NULL)"), 2);
    EXPECT_EQ(count("true"), 4);
    EXPECT_FALSE(call("SELECT mark_messages_read_until($1, $2, $3)", MessageId{999'999'999}));
}

} // namespace
} // namespace hubbub::storage
