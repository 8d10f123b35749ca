#include "storage/test_database.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hubbub::storage {
namespace {

using postgres::BlockingConnection;
using postgres::Statement;
using testing::StorageRunner;

/// A channel with three messages in each of two old months, all of which Bob has not read, and one of today.
class RetentionTest : public ::testing::Test {
  protected:
    RetentionTest() {
        // What the store does of itself after a message does not come between.
        sql.query({"", "SELECT pg_advisory_lock(hashtext('chat_housekeeping'))"});
        sql.script(R"(
CREATE TABLE chat_message_2020_01 PARTITION OF chat_message FOR VALUES FROM ('2020-01-01Z') TO ('2020-02-01Z');
CREATE TABLE chat_message_2020_02 PARTITION OF chat_message FOR VALUES FROM ('2020-02-01Z') TO ('2020-03-01Z'))");
        db.wait(db.channels().add_member(channel.id, bob.id, chat::Role::member, alice.id));
        const auto at = [&](const char* text) {
            std::string filled = text;
            for (auto place = filled.find("$C"); place != std::string::npos; place = filled.find("$C"))
                filled.replace(place, 2, std::to_string(channel.id.value));
            for (auto place = filled.find("$B"); place != std::string::npos; place = filled.find("$B"))
                filled.replace(place, 2, std::to_string(bob.id.value));
            return filled;
        };
        sql.script(at(R"(
INSERT INTO chat_message (id, "createdAt", "chatChannelId", seq, "eventSeq", "senderId", "clientMessageId", content)
  SELECT nextval('chat_message_id_seq'), '2020-01-28Z'::timestamptz + n * interval '1 day', $C, n, 100 + n, 1,
         gen_random_uuid(), 'word' || n
  FROM generate_series(1, 6) n;
UPDATE chat_channel_head SET "lastSeq" = 6, "lastEventSeq" = 106 WHERE "chatChannelId" = $C;
UPDATE chat_channel_user_mapping SET "lastReadSeq" = 0, "lastDeliveredSeq" = 0 WHERE "chatChannelId" = $C;
INSERT INTO chat_message_status ("messageId", "messageCreatedAt", "userId") SELECT id, "createdAt", $B FROM chat_message;
INSERT INTO chat_message_reaction ("messageId", "messageCreatedAt", "userId", reaction)
  SELECT id, "createdAt", $B, ':x:' FROM chat_message;
INSERT INTO chat_message_mention ("chatChannelId", seq, "userId") SELECT $C, n, $B FROM generate_series(1, 6) n;
INSERT INTO chat_channel_event ("chatChannelId", "eventSeq", at, kind, "messageId", "messageCreatedAt", "actorId", payload)
  SELECT $C, seq, now(), 'message_edited', id, "createdAt", 1, '{"content": "edited"}' FROM chat_message;
SELECT chat_index_messages(ARRAY[$C], 100))"));
        db.append(StorageRunner::message(channel.id, alice.id, "today")).get();
    }

    /// Until nothing is left to do at once, and how often that was.
    int keep_house(std::size_t months) {
        sql.script("SET hubbub.message_months = " + std::to_string(months));
        int runs = 1;
        while (sql.query({"", "SELECT chat_housekeeping()"}).front().get<bool>(0)) ++runs;
        return runs;
    }
    std::int64_t count(const std::string& what) {
        const std::string text = "SELECT count(*) FROM " + what;
        return sql.query({"", text.c_str()}).front().get<std::int64_t>(0);
    }
    chat::History newest() {
        chat::HistoryQuery query;
        query.limit = 10;
        return *db.wait(db.messages().history(channel.id, query));
    }
    chat::ChannelState state_of_bob() { return *db.wait(db.channels().find_channel(channel.id, bob.id))->state; }

    const std::string conninfo = testing::new_database();
    StorageRunner db{conninfo};
    BlockingConnection sql{conninfo};
    const chat::User alice = db.new_user();
    const chat::User bob = db.new_user();
    const chat::Channel channel = db.new_channel(alice.id);
};

TEST_F(RetentionTest, NothingIsDroppedUnlessAskedFor) {
    keep_house(0);
    EXPECT_EQ(newest().messages.size(), 7u);
    EXPECT_EQ(state_of_bob().unread_count, 7);
}

TEST_F(RetentionTest, OldMonthsGoWithAllThatRefersToThem) {
    ASSERT_EQ(count("chat_message_search s WHERE s.seq <= 6"), 6);
    EXPECT_EQ(keep_house(12), 3);
    EXPECT_EQ(count("chat_message"), 1);
    EXPECT_EQ(count("pg_class WHERE relname LIKE 'chat_message_2020%'"), 0);
    EXPECT_EQ(count("chat_message_status WHERE \"messageCreatedAt\" < '2021-01-01Z'"), 0);
    EXPECT_EQ(count("chat_message_reaction"), 0);
    EXPECT_EQ(count("chat_message_mention"), 0);
    EXPECT_EQ(count("chat_message_search s WHERE s.seq <= 6"), 0);
    EXPECT_EQ(count("chat_channel_event WHERE payload ->> 'content' = 'edited'"), 0);
    EXPECT_EQ(count("pg_constraint WHERE conname IN ('chat_message_status_message_fkey', "
                    "'chat_message_reaction_message_fkey') AND conparentid = 0"),
              2)
        << "what keeps them consistent is still there";

    const auto page = newest();
    ASSERT_EQ(page.messages.size(), 1u);
    EXPECT_EQ(page.messages.front().content, "today");
    EXPECT_FALSE(page.has_more_before);
    EXPECT_FALSE(db.wait(db.messages().events_since(channel.id, 100))->recovered) << "explicitly not";
    EXPECT_TRUE(db.wait(db.messages().events_since(channel.id, 106))->recovered);
    EXPECT_TRUE(db.append(StorageRunner::message(channel.id, alice.id)).get());
}

TEST_F(RetentionTest, UnreadStaysTheNumberOfMessagesThatThereAreAfterTheMark) {
    ASSERT_EQ(state_of_bob().unread_count, 7);
    ASSERT_EQ(state_of_bob().mention_count, 6);
    keep_house(12);
    const auto state = state_of_bob();
    EXPECT_EQ(state.unread_count, count("chat_message"));
    EXPECT_EQ(state.mention_count, 0);
    EXPECT_EQ(state.last_read_seq, 6);
    EXPECT_EQ(count("chat_channel_user_mapping WHERE \"lastDeliveredSeq\" < \"lastReadSeq\""), 0);
}

TEST_F(RetentionTest, OnlyMonthsThatEndedSoLongAgo) {
    // Of the month before the one that began `months` months ago, whatever the day is.
    const auto months = sql.query({"", R"(SELECT (12 * extract(year FROM age) + extract(month FROM age))::bigint
                                          FROM age(date_trunc('month', now() AT TIME ZONE 'UTC'), '2020-02-01') age)"})
                            .front()
                            .get<std::int64_t>(0);
    keep_house(static_cast<std::size_t>(months));
    EXPECT_EQ(count("chat_message"), 4) << "January ended before, February did not";
    EXPECT_EQ(newest().messages.front().seq, 4);
    EXPECT_EQ(state_of_bob().unread_count, 4);
    EXPECT_EQ(state_of_bob().mention_count, 3);
    EXPECT_EQ(count("chat_message_status WHERE \"messageCreatedAt\" < '2021-01-01Z'"), 3);
}

TEST_F(RetentionTest, WaitsForNobodyAndLosesNothingHalf) {
    {
        BlockingConnection reader{conninfo};
        reader.script("BEGIN; SELECT * FROM chat_message");
        EXPECT_EQ(keep_house(12), 1) << "somebody reads: another time";
        EXPECT_EQ(count("chat_message"), 7);
        EXPECT_EQ(state_of_bob().unread_count, 7);
    }
    keep_house(12);
    EXPECT_EQ(count("chat_message"), 1);
}

TEST(Retention, TheEventLogForgetsAfterAMonthAndSaysSo) {
    const auto conninfo = testing::new_database();
    StorageRunner db{conninfo};
    const auto alice = db.new_user();
    const auto channel = db.new_channel(alice.id);
    BlockingConnection sql{conninfo};
    sql.script(R"(CREATE TABLE chat_channel_event_2020_01 PARTITION OF chat_channel_event
                    FOR VALUES FROM ('2020-01-01Z') TO ('2020-02-01Z');
                  INSERT INTO chat_channel_event ("chatChannelId", "eventSeq", at, kind, "actorId", payload)
                    SELECT id, 1, '2020-01-15Z', 'user_joined', 1, '{"userId": 1}' FROM chat_channel;
                  UPDATE chat_channel_head SET "lastEventSeq" = 1)");
    EXPECT_TRUE(db.wait(db.messages().events_since(channel.id, 0))->recovered);
    const auto partitions = [&sql] {
        const Statement count{"", "SELECT count(*) FROM pg_inherits WHERE inhparent = 'chat_channel_event'::regclass"};
        return sql.query(count).front().get<std::int64_t>(0);
    };
    const auto before = partitions();
    {
        BlockingConnection reader{conninfo};
        reader.script("BEGIN; SELECT * FROM chat_channel_event");
        EXPECT_FALSE(sql.query({"", "SELECT chat_housekeeping()"}).front().get<bool>(0));
        EXPECT_EQ(partitions(), before) << "somebody reads: another time";
    }
    sql.query({"", "SELECT chat_housekeeping()"});
    EXPECT_EQ(partitions(), before - 1);
    EXPECT_FALSE(db.wait(db.messages().events_since(channel.id, 0))->recovered);
    EXPECT_TRUE(db.append(StorageRunner::message(channel.id, alice.id)).get());
    EXPECT_TRUE(db.wait(db.messages().events_since(channel.id, 1))->recovered);
}

TEST(Retention, ClientMessageIdsAreForgottenAfterAWeek) {
    const auto conninfo = testing::new_database();
    BlockingConnection db{conninfo};
    db.script(R"(INSERT INTO chat_message_dedup
                 SELECT gen_random_uuid(), 1, 1, n, now() - n * interval '1 hour' FROM generate_series(1, 24 * 14) n)");
    EXPECT_FALSE(db.query({"", "SELECT chat_housekeeping()"}).front().get<bool>(0));
    EXPECT_EQ(db.query({"", "SELECT count(*) FROM chat_message_dedup"}).front().get<std::int64_t>(0), 24 * 7 - 1);
}

} // namespace
} // namespace hubbub::storage
