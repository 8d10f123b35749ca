#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "storage/test_database.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

namespace hubbub::storage {
namespace {

using chat::Errc;
using postgres::BlockingConnection;
using postgres::Params;
using testing::StorageRunner;

chat::HistoryQuery newest(std::size_t limit) {
    return {std::nullopt, std::nullopt, std::nullopt, limit};
}
chat::HistoryQuery before(MessageId id, std::size_t limit) {
    return {id, std::nullopt, std::nullopt, limit};
}
chat::HistoryQuery after(MessageId id, std::size_t limit) {
    return {std::nullopt, id, std::nullopt, limit};
}
chat::HistoryQuery around(MessageId id, std::size_t limit) {
    return {std::nullopt, std::nullopt, id, limit};
}

class MessagesTest : public ::testing::Test {
  protected:
    StorageRunner db;
    chat::User alice = db.new_user();
    chat::Channel channel = db.new_channel(alice.id);

    chat::NewMessage message(std::string content = "hello") {
        return StorageRunner::message(channel.id, alice.id, std::move(content));
    }
    /// Sends all in one go on the shard, so that batches form.
    std::vector<Result<chat::Appended>> append_all(const std::vector<chat::NewMessage>& sends) {
        std::vector<std::future<Result<chat::Appended>>> pending;
        for (const auto& send : sends) pending.push_back(db.append(send));
        std::vector<Result<chat::Appended>> results;
        for (auto& one : pending) results.push_back(one.get());
        return results;
    }
    std::vector<MessageId> fill(std::size_t count) {
        std::vector<chat::NewMessage> sends;
        for (std::size_t i = 0; i < count; ++i) sends.push_back(message(std::to_string(i)));
        std::vector<MessageId> ids;
        for (const auto& result : append_all(sends)) ids.push_back(result->message.id);
        return ids;
    }
    std::int64_t count(const std::string& where) {
        BlockingConnection check{testing::shared_database()};
        const std::string sql = R"(SELECT count(*) FROM chat_message WHERE "chatChannelId" = $1 AND )" + where;
        return check.query({"", sql.c_str()}, Params::of(channel.id)).front().get<std::int64_t>(0);
    }
};

TEST_F(MessagesTest, AMessageComesBackAsItWasStored) {
    auto sent = message("Grüße\n👋");
    const auto stored = db.append(sent).get();
    ASSERT_TRUE(stored) << stored.error();
    EXPECT_FALSE(stored->deduplicated);
    EXPECT_EQ(stored->message.seq, 1);
    EXPECT_EQ(stored->event_seq, 1);
    EXPECT_EQ(stored->message.content, sent.content);
    EXPECT_EQ(stored->message.client_message_id, sent.client_message_id);
    auto reply = message("reply");
    reply.parent = stored->message.id;
    EXPECT_EQ(db.append(reply).get()->message.parent, stored->message.id);

    const auto found = db.wait(db.messages().find_message(channel.id, alice.id, stored->message.id));
    ASSERT_TRUE(found) << found.error();
    EXPECT_EQ(found->content, sent.content);
    EXPECT_EQ(found->created_at, stored->message.created_at);
    EXPECT_EQ(found->sender, alice.id);
    EXPECT_EQ(found->client_message_id, sent.client_message_id);
    EXPECT_FALSE(found->parent || found->edited_at || found->deleted_at);
    const auto state = db.wait(db.channels().find_channel(channel.id, alice.id));
    EXPECT_EQ(state->state->last_seq, 2);
    EXPECT_EQ(state->state->last_event_seq, 2);
    EXPECT_GE(*state->channel.last_message_at, stored->message.created_at);
}

TEST_F(MessagesTest, ARepeatedSendStoresOneMessage) {
    const auto sent = message("once");
    const auto first = db.append(sent).get();
    auto changed = sent;
    changed.content = "something else";
    const auto again = db.append(changed).get();
    ASSERT_TRUE(again) << again.error();
    EXPECT_TRUE(again->deduplicated);
    EXPECT_EQ(again->message.id, first->message.id);
    EXPECT_EQ(again->message.content, "once");
    EXPECT_EQ(again->event_seq, first->event_seq);

    // In one batch, and among others.
    const auto twice = message("twice");
    const auto results = append_all({message(), message(), message(), twice, message(), twice, sent, twice});
    EXPECT_FALSE(results[3]->deduplicated);
    for (const std::size_t i : {5u, 7u}) {
        EXPECT_TRUE(results[i]->deduplicated);
        EXPECT_EQ(results[i]->message.id, results[3]->message.id);
    }
    EXPECT_EQ(results[6]->message.id, first->message.id);
    EXPECT_EQ(count("true"), 6);

    // Another sender's id is another message.
    const auto bob = db.new_user();
    db.wait(db.channels().add_member(channel.id, bob.id, chat::Role::member, bob.id));
    auto same_id = sent;
    same_id.sender = bob.id;
    EXPECT_FALSE(db.append(same_id).get()->deduplicated);
}

TEST_F(MessagesTest, EachMessageGetsItsOwnError) {
    const auto stranger = db.new_user();
    const auto hidden = db.new_channel(alice.id, chat::ChannelType::private_channel);
    const auto archived = db.new_channel(alice.id);
    BlockingConnection{testing::shared_database()}.query(
        {"", R"(UPDATE chat_channel SET "archivedAt" = now() WHERE id = $1)"}, Params::of(archived.id));
    const auto elsewhere = db.append(StorageRunner::message(hidden.id, alice.id)).get();
    auto cross_channel = message();
    cross_channel.parent = elsewhere->message.id;
    auto no_parent = message();
    no_parent.parent = MessageId{999999999};

    const std::vector<std::pair<chat::NewMessage, Errc>> bad{
        {StorageRunner::message(ChannelId{999999}, alice.id), Errc::channel_not_found},
        {StorageRunner::message(hidden.id, stranger.id), Errc::channel_not_found},
        {StorageRunner::message(channel.id, stranger.id), Errc::not_a_member},
        {StorageRunner::message(archived.id, alice.id), Errc::channel_archived},
        {cross_channel, Errc::message_not_found},
        {no_parent, Errc::message_not_found},
    };
    for (const auto& [send, expected] : bad) EXPECT_EQ(db.append(send).get().error(), expected);
    // Not even text: the rules refuse it before.
    for (const std::string& text : {std::string{"a\0b", 3}, std::string{"\xff"}})
        EXPECT_EQ(db.append(message(text)).get().error(), Errc::bad_format);

    std::vector<chat::NewMessage> mixed{message(), message()};
    for (const auto& [send, expected] : bad) {
        mixed.push_back(send);
        mixed.push_back(message());
    }
    const auto results = append_all(mixed);
    std::int64_t seq = 0;
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (i < 2 || i % 2 == 1) {
            ASSERT_TRUE(results[i]) << i << results[i].error();
            EXPECT_EQ(results[i]->message.seq, ++seq);
        } else {
            EXPECT_EQ(results[i].error(), bad[(i - 2) / 2].second) << i;
        }
    }
}

TEST_F(MessagesTest, AMemberWhoLeftCannotWrite) {
    const auto bob = db.new_user();
    db.wait(db.channels().add_member(channel.id, bob.id, chat::Role::member, bob.id));
    EXPECT_TRUE(db.append(StorageRunner::message(channel.id, bob.id)).get());
    db.wait(db.channels().remove_member(channel.id, bob.id, bob.id));
    EXPECT_EQ(db.append(StorageRunner::message(channel.id, bob.id)).get().error(), Errc::not_a_member);
}

TEST_F(MessagesTest, NodesThatWriteTogetherLeaveNoGapAndOneOrder) {
    constexpr int kEach = 300;
    const auto second = db.new_channel(alice.id);
    const auto write = [&](StorageRunner& node, std::vector<chat::Appended>& got) {
        std::vector<std::future<Result<chat::Appended>>> pending;
        for (int i = 0; i < kEach; ++i) {
            // Both channels in every batch, in either order: the locks must not meet each other the wrong way round.
            const ChannelId target = i % 2 == 0 ? channel.id : second.id;
            pending.push_back(node.append(StorageRunner::message(target, alice.id)));
        }
        for (auto& one : pending) got.push_back(*one.get());
    };
    StorageRunner other;
    std::vector<chat::Appended> here, there;
    std::thread thread{[&] { write(other, there); }};
    write(db, here);
    thread.join();

    here.insert(here.end(), there.begin(), there.end());
    for (const ChannelId id : {channel.id, second.id}) {
        std::vector<chat::Appended> all;
        std::copy_if(here.begin(), here.end(), std::back_inserter(all),
                     [&](const auto& appended) { return appended.message.channel == id; });
        std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.message.seq < b.message.seq; });
        ASSERT_EQ(all.size(), static_cast<std::size_t>(kEach));
        for (std::size_t i = 0; i < all.size(); ++i) {
            EXPECT_EQ(all[i].message.seq, static_cast<std::int64_t>(i) + 1);
            EXPECT_EQ(all[i].event_seq, all[i].message.seq);
            if (i == 0) continue;
            EXPECT_LT(all[i - 1].message.id, all[i].message.id);
            EXPECT_LE(all[i - 1].message.created_at, all[i].message.created_at);
        }
    }
}

TEST_F(MessagesTest, AChannelThatMustWaitHoldsUpOnlyItsLane) {
    std::vector<chat::NewMessage> sends;
    for (int i = 0; i < 16; ++i)
        sends.push_back(StorageRunner::message(db.new_channel(alice.id).id, alice.id, "hello"));
    ASSERT_TRUE(db.append(message()).get());

    // Somebody else holds our channel's head: whatever shares its connection waits with it, and nothing else does.
    BlockingConnection other{testing::shared_database()};
    other.script("BEGIN");
    other.query({"", R"(SELECT FROM chat_channel_head WHERE "chatChannelId" = $1 FOR UPDATE)"}, Params::of(channel.id));
    auto held = db.append(message());
    std::vector<std::future<Result<chat::Appended>>> pending;
    for (const auto& send : sends) pending.push_back(db.append(send));
    const auto stored = [&] {
        return std::count_if(pending.begin(), pending.end(), [](const auto& each) {
            return each.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
        });
    };
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (stored() == 0 && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    EXPECT_GT(stored(), 0);
    EXPECT_EQ(held.wait_for(std::chrono::seconds{0}), std::future_status::timeout);
    other.script("COMMIT");
    EXPECT_TRUE(held.get());
    for (auto& each : pending) EXPECT_TRUE(each.get());
}

TEST_F(MessagesTest, AChannelsClockNeverGoesBack) {
    BlockingConnection{testing::shared_database()}.query(
        {"", R"(UPDATE chat_channel SET "lastMessageAt" = now() + interval '1 hour' WHERE id = $1)"},
        Params::of(channel.id));
    const auto results = append_all({message(), message(), message(), message()});
    for (const auto& result : results) EXPECT_GT(result->message.created_at, now() + std::chrono::minutes{59});
}

TEST_F(MessagesTest, HistoryIsPagedBothWays) {
    const auto ids = fill(25);
    const auto page = [&](chat::HistoryQuery query) { return *db.wait(db.messages().history(channel.id, query)); };
    const auto ids_of = [](const chat::History& history) {
        std::vector<MessageId> found;
        for (const auto& one : history.messages) found.push_back(one.id);
        return found;
    };
    const auto slice = [&](std::ptrdiff_t from, std::ptrdiff_t to) {
        return std::vector(ids.begin() + from, ids.begin() + to);
    };
    const auto expect = [&](const chat::History& history, const std::vector<MessageId>& wanted, bool more_before,
                            bool more_after) {
        EXPECT_EQ(ids_of(history), wanted);
        EXPECT_EQ(history.has_more_before, more_before);
        EXPECT_EQ(history.has_more_after, more_after);
    };
    expect(page(newest(10)), slice(15, 25), true, false);
    expect(page(newest(25)), ids, false, false);
    expect(page(before(ids[15], 10)), slice(5, 15), true, true);
    expect(page(before(ids[5], 10)), slice(0, 5), false, true);
    expect(page(before(ids[0], 10)), {}, false, true);
    expect(page(after(ids[0], 10)), slice(1, 11), true, true);
    expect(page(after(ids[20], 4)), slice(21, 25), true, false);
    expect(page(after(ids[24], 4)), {}, true, false);
    expect(page(around(ids[12], 5)), slice(10, 15), true, true);
    expect(page(around(ids[12], 1)), slice(12, 13), true, true);
    expect(page(around(ids[24], 4)), slice(22, 25), true, false);
    expect(page(around(ids[0], 4)), slice(0, 2), false, true);

    const auto all = page(newest(25)).messages;
    const auto page_at = [&](Timestamp at, std::size_t limit) {
        chat::HistoryQuery query = newest(limit);
        query.at = at;
        return page(query);
    };
    const auto then = all[12].created_at;
    const auto first = std::ranges::find_if(all, [&](const auto& one) { return one.created_at >= then; }) - all.begin();
    expect(page_at(then, 1), slice(first, first + 1), first > 0, true);
    expect(page_at(then, 4), slice(std::max<std::ptrdiff_t>(first - 2, 0), first + 2), first > 2, true);
    expect(page_at(Timestamp{}, 4), slice(0, 2), false, true);
    expect(page_at(all.back().created_at + std::chrono::milliseconds{1}, 4), slice(21, 25), true, false);

    const auto other = db.new_channel(alice.id);
    EXPECT_TRUE(db.wait(db.messages().history(other.id, newest(10)))->messages.empty());
    EXPECT_EQ(db.wait(db.messages().history(other.id, before(ids[3], 10))).error(), Errc::message_not_found);
    EXPECT_EQ(db.wait(db.messages().find_message(other.id, alice.id, ids[3])).error(), Errc::message_not_found);
}

TEST_F(MessagesTest, EventsSinceAreAllOfThemOrNone) {
    const auto bob = db.new_user();
    fill(2);                                                                             // 1, 2
    db.wait(db.channels().add_member(channel.id, bob.id, chat::Role::member, alice.id)); // 3
    const auto last = db.append(message("four")).get();                                  // 4
    db.wait(db.channels().remove_member(channel.id, bob.id, bob.id));                    // 5
    const auto since = [&](std::int64_t seq) { return *db.wait(db.messages().events_since(channel.id, seq)); };

    const auto all = since(0);
    EXPECT_TRUE(all.recovered);
    EXPECT_EQ(all.last_event_seq, 5);
    ASSERT_EQ(all.events.size(), 5u);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(all.events[i].event_seq, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(std::get<chat::Message>(all.events[3].what).id, last->message.id);
    const auto& joined = std::get<chat::MembershipEvent>(all.events[2].what);
    EXPECT_TRUE(joined.joined);
    EXPECT_EQ(joined.user.username, bob.username);
    EXPECT_FALSE(std::get<chat::MembershipEvent>(all.events[4].what).joined);

    EXPECT_EQ(since(3).events.size(), 2u);
    EXPECT_TRUE(since(5).recovered && since(5).events.empty());
    EXPECT_FALSE(since(6).recovered); // it knows more than there is: another database
    EXPECT_EQ(db.wait(db.messages().events_since(ChannelId{999999}, 0)).error(), Errc::channel_not_found);

    // What retention took away cannot be recovered.
    BlockingConnection{testing::shared_database()}.query(
        {"", R"(DELETE FROM chat_channel_event WHERE "chatChannelId" = $1 AND "eventSeq" = 3)"},
        Params::of(channel.id));
    EXPECT_FALSE(since(0).recovered);
    EXPECT_TRUE(since(0).events.empty());
    EXPECT_EQ(since(3).events.size(), 2u);
}

TEST_F(MessagesTest, ASharedReadOfEventsIsNeverOlderThanItsRequest) {
    fill(900); // takes longer to read than one more takes to be stored
    const auto ask = [&] {
        return std::async(std::launch::async, [&] { return *db.wait(db.messages().events_since(channel.id, 0)); });
    };
    for (int i = 0; i < 20; ++i) {
        std::vector<std::future<chat::Events>> before;
        for (int n = 0; n < 3; ++n) before.push_back(ask());
        const auto stored = db.append(message("one more")).get();
        const auto after = ask().get();
        EXPECT_TRUE(after.recovered);
        EXPECT_GE(after.last_event_seq, stored->event_seq);
        for (auto& events : before) EXPECT_GE(events.get().last_event_seq, stored->event_seq - 1);
    }
}

TEST_F(MessagesTest, MoreEventsThanTheLimitAreNotRead) {
    fill(limits::kResumeEventsMax + 1);
    const auto too_many = *db.wait(db.messages().events_since(channel.id, 0));
    EXPECT_FALSE(too_many.recovered);
    EXPECT_EQ(too_many.last_event_seq, static_cast<std::int64_t>(limits::kResumeEventsMax) + 1);
    EXPECT_EQ(db.wait(db.messages().events_since(channel.id, 1))->events.size(), limits::kResumeEventsMax);
}

TEST_F(MessagesTest, ADeletedMessageKeepsItsPlaceWithoutContent) {
    const auto ids = fill(3);
    BlockingConnection{testing::shared_database()}.query(
        {"", R"(UPDATE chat_message SET "deletedAt" = now() WHERE id = $1)"}, Params::of(ids[1]));
    const auto history = *db.wait(db.messages().history(channel.id, newest(10)));
    EXPECT_EQ(history.messages[1].content, "");
    EXPECT_TRUE(history.messages[1].deleted_at);
}

TEST(Messages, AMissingPartitionIsMadeOnDemand) {
    const auto conninfo = testing::new_database();
    StorageRunner db{conninfo};
    const auto alice = db.new_user();
    const auto channel = db.new_channel(alice.id);
    BlockingConnection{conninfo}.script(
        R"(DO $$ DECLARE p regclass; BEGIN FOR p IN SELECT inhrelid::regclass FROM pg_inherits
           WHERE inhparent = 'chat_message'::regclass LOOP
             EXECUTE format('ALTER TABLE chat_message DETACH PARTITION %s', p); EXECUTE format('DROP TABLE %s', p);
           END LOOP; END $$)");
    std::vector<std::future<Result<chat::Appended>>> pending;
    for (int i = 0; i < 20; ++i) pending.push_back(db.append(StorageRunner::message(channel.id, alice.id)));
    std::set<std::int64_t> seqs;
    for (auto& one : pending) {
        const auto stored = one.get();
        ASSERT_TRUE(stored) << stored.error();
        seqs.insert(stored->message.seq);
    }
    EXPECT_EQ(seqs.size(), 20u);
    EXPECT_EQ(*seqs.rbegin(), 20);
}

TEST(Messages, AttachingAPartitionWaitsForNobody) {
    const auto conninfo = testing::new_database();
    BlockingConnection reader{conninfo}, writer{conninfo}, maker{conninfo};
    for (auto* busy : {&reader, &writer}) busy->script("BEGIN");
    reader.script("SELECT * FROM chat_message JOIN chat_message_reaction ON \"messageId\" = id");
    writer.script(
        R"(INSERT INTO chat_message VALUES (1, now(), 1, 1, 1, 1, NULL, NULL, NULL, NULL, gen_random_uuid(), ''))");
    maker.script("SET lock_timeout = '2s'; SELECT chat_ensure_partitions(now() + interval '6 months')");
    writer.script("ROLLBACK");
}

} // namespace
} // namespace hubbub::storage
