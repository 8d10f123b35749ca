#include "storage/test_database.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <thread>

namespace hubbub::storage {
namespace {

using postgres::BlockingConnection;
using postgres::Statement;
using testing::StorageRunner;

/// A channel with three messages in each of two old months, all of which Bob has not read, and one of today.
class RetentionTest : public ::testing::Test {
  protected:
    RetentionTest() {
        sql.script(R"(
CREATE TABLE chat_message_2020_01 PARTITION OF chat_message FOR VALUES FROM ('2020-01-01Z') TO ('2020-02-01Z');
CREATE TABLE chat_message_2020_02 PARTITION OF chat_message FOR VALUES FROM ('2020-02-01Z') TO ('2020-03-01Z'))");
        db.wait(db.channels().add_member(channel.id, bob.id, chat::Role::member, alice.id));
        sql.script(filled(R"(
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

    /// With the ids of the channel for $C, and of Bob for $B.
    std::string filled(std::string text) const {
        const auto put = [&text](const char* name, std::int64_t id) {
            for (auto place = text.find(name); place != std::string::npos; place = text.find(name))
                text.replace(place, 2, std::to_string(id));
        };
        put("$C", channel.id.value);
        put("$B", bob.id.value);
        return text;
    }
    /// Until nothing is left to do at once.
    void keep_house(std::size_t months) {
        sql.script("SET hubbub.message_months = " + std::to_string(months));
        while (sql.query({"", "SELECT chat_housekeeping()"}).front().get<bool>(0)) {
        }
    }
    std::int64_t value(const std::string& what) {
        const std::string text = "SELECT " + what;
        return sql.query({"", text.c_str()}).front().get<std::int64_t>(0);
    }
    std::int64_t count(const std::string& what) { return value("count(*) FROM " + what); }
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
    keep_house(12);
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

TEST_F(RetentionTest, WaitsForNobody) {
    {
        BlockingConnection reader{conninfo};
        reader.script("BEGIN; SELECT * FROM chat_message");
        keep_house(12);
        EXPECT_EQ(count("chat_message"), 7) << "somebody reads: another time";
    }
    keep_house(12);
    EXPECT_EQ(count("chat_message"), 1);
}

TEST_F(RetentionTest, LocksNobodyOutWhileRowsAreRead) {
    sql.script(filled(R"(
INSERT INTO chat_message (id, "createdAt", "chatChannelId", seq, "eventSeq", "senderId", "clientMessageId", content)
  SELECT nextval('chat_message_id_seq'), '2020-01-01Z'::timestamptz + n * interval '10 seconds', $C, n - 200000, 0, 1,
         gen_random_uuid(), 'x'
  FROM generate_series(1, 150000) n;
INSERT INTO chat_message_status ("messageId", "messageCreatedAt", "userId")
  SELECT id, "createdAt", $B FROM chat_message WHERE seq < -140000;
ANALYZE; SET hubbub.message_months = 12)"));
    const auto tables = sql.query({"", "SELECT array_agg(oid)::text FROM pg_class WHERE relname LIKE 'chat_%'"})
                            .front()
                            .get<std::string>(0);
    const std::string rows_read =
        "(SELECT sum(pg_stat_get_xact_tuples_returned(o) + pg_stat_get_xact_tuples_fetched(o))"
        " AS count FROM unnest('" +
        tables + "'::oid[]) o) read";
    int drops = 0;
    for (bool more = true; more;) {
        sql.script("BEGIN");
        const auto before = value("count::bigint FROM " + rows_read);
        more = sql.query({"", "SELECT chat_housekeeping()"}).front().get<bool>(0);
        const auto read = value("count::bigint FROM " + rows_read) - before;
        const auto locked = count("pg_locks WHERE mode = 'AccessExclusiveLock' AND pid = pg_backend_pid()"
                                  " AND relation = 'chat_message'::regclass");
        sql.script("COMMIT");
        EXPECT_LT(read, 50'000) << "in one step";
        drops += locked > 0 ? 1 : 0;
    }
    EXPECT_EQ(drops, 2);
    EXPECT_EQ(count("chat_message"), 1);
}

/// A month is dropped though somebody reacts to one of its messages in the last moment.
TEST_F(RetentionTest, NothingRefersToWhatIsGone) {
    sql.script(filled("SET hubbub.message_months = 12"));
    bool more = true;
    while (more && count("chat_message_reaction") > 3)
        more = sql.query({"", "SELECT chat_housekeeping()"}).front().get<bool>(0);
    ASSERT_EQ(count("chat_message_2020_01"), 3) << "prepared, not dropped";
    ASSERT_TRUE(db.wait(db.messages().react({channel.id, MessageId{1}, bob.id, ":late:", true})));
    keep_house(12);
    EXPECT_EQ(count("chat_message"), 1);
    EXPECT_EQ(count("chat_message_reaction"), 0);
    EXPECT_EQ(count("chat_message_status s LEFT JOIN chat_message m ON m.id = s.\"messageId\" WHERE m.id IS NULL"), 0);
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

TEST(Retention, AnIdleServerKeepsHouse) {
    const auto conninfo = testing::new_database();
    StorageRunner db{conninfo};
    BlockingConnection sql{conninfo};
    const auto is_done = [&sql] {
        const auto rows = sql.query({"", R"(
SELECT (SELECT count(*) FROM chat_message_dedup),
       (SELECT count(*) FROM pg_inherits WHERE inhparent = 'chat_channel_event'::regclass))"});
        return rows.front().get<std::int64_t>(0) == 0 && rows.front().get<std::int64_t>(1) >= 4;
    };
    db.keep_house(std::chrono::milliseconds{20});
    for (int i = 0; i < 2; ++i) { // not only once
        sql.script(R"(DO $$ BEGIN EXECUTE format('DROP TABLE %I', (
                        SELECT max(inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = 'chat_channel_event'::regclass)); END $$;
                      INSERT INTO chat_message_dedup SELECT gen_random_uuid(), 1, 1, n, now() - interval '8 days'
                        FROM generate_series(1, 12000) n)");
        for (int tries = 0; tries < 1000 && !is_done(); ++tries)
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
        EXPECT_TRUE(is_done());
    }
}

TEST(Retention, SessionsThatAreOverGoAndLiveOnesStay) {
    const auto conninfo = testing::new_database();
    StorageRunner db{conninfo};
    BlockingConnection sql{conninfo};
    const auto alice = db.new_user();
    const auto open = [&](const std::string& token) {
        chat::NewSession session;
        session.user = alice.id;
        session.token_hash = token;
        session.expires_at = now() + std::chrono::hours{24};
        return db.wait(db.sessions().create_session(session))->id;
    };
    const auto live = open("live");
    const auto ended = open("ended");
    const auto just_ended = open("just ended");
    const auto expired = open("expired");
    const auto just_expired = open("just expired");
    const auto elsewhere = open("signed elsewhere"); // is good for a day: it must stay known that it was revoked
    const auto age = [&](const char* what, SessionId session) {
        sql.script("UPDATE chat_session SET " + std::string{what} + " WHERE id = " + std::to_string(session.value));
    };
    age("\"startedAt\" = now() - interval '400 days'", live);
    ASSERT_TRUE(db.wait(db.sessions().rotate_session("live", "live 2", now() + std::chrono::hours{24})));
    age("\"issuedAt\" = now() - interval '400 days', \"expiresAt\" = now() - interval '370 days'", live);
    age("\"revokedAt\" = now() - interval '8 days'", ended);
    age("\"revokedAt\" = now() - interval '6 days'", just_ended);
    age("\"expiresAt\" = now() - interval '8 days'", expired);
    age("\"expiresAt\" = now() - interval '6 days'", just_expired);
    age("\"revokedAt\" = now() - interval '8 days', \"isExternal\" = true", elsewhere);

    sql.query({"", "SELECT chat_housekeeping()"});
    std::set<std::int64_t> left;
    const auto rows = sql.query({"", "SELECT DISTINCT \"familyId\" FROM chat_session"});
    for (std::size_t i = 0; i < rows.size(); ++i) left.insert(rows[i].get<std::int64_t>(0));
    EXPECT_EQ(left, (std::set{live.value, just_ended.value, just_expired.value, elsewhere.value}));
    EXPECT_EQ(sql.query({"", "SELECT count(*) FROM chat_session"}).front().get<std::int64_t>(0), 4)
        << "its old token too";

    EXPECT_TRUE(db.wait(db.sessions().check_session(live, alice.id)));
    const auto sessions = db.wait(db.sessions().list_sessions(alice.id, live, {std::nullopt, 10}));
    ASSERT_EQ(sessions->items.size(), 1u);
    EXPECT_LT(sessions->items.front().issued_at, now() - std::chrono::hours{24 * 399}) << "when it began";
    EXPECT_TRUE(db.wait(db.sessions().rotate_session("live 2", "live 3", now() + std::chrono::hours{24})));
}

TEST(Retention, ExpiredInvitationsGo) {
    const auto conninfo = testing::new_database();
    StorageRunner db{conninfo};
    BlockingConnection sql{conninfo};
    const auto alice = db.new_user();
    const auto channel = db.new_channel(alice.id, chat::ChannelType::private_channel);
    for (const auto hours : {std::chrono::hours{1}, std::chrono::hours{-1}})
        db.wait(db.invites().create_invite({channel.id, {}, now() + hours, 1}, {alice.id, chat::Role::owner}));
    sql.query({"", "SELECT chat_housekeeping()"});
    EXPECT_EQ(sql.query({"", "SELECT count(*) FROM chat_invite"}).front().get<std::int64_t>(0), 1);
}

} // namespace
} // namespace hubbub::storage
