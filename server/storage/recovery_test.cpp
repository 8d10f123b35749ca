#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "storage/test_database.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

namespace hubbub::storage {
namespace {

using namespace std::chrono_literals;
using postgres::LocalServer;
using testing::StorageRunner;
using testing::TestServer;

/// What one run of senders against a dying server was told.
struct Told {
    std::vector<chat::Appended> acknowledged;
    std::vector<chat::NewMessage> refused;
};

Told send_through_a_crash(StorageRunner& db, ChannelId channel, UserId sender) {
    Told told;
    std::atomic<bool> stop = false;
    std::atomic<int> acknowledged = 0;
    std::thread senders{[&] {
        while (!stop) {
            std::vector<std::pair<chat::NewMessage, std::future<Result<chat::Appended>>>> wave;
            for (int i = 0; i < 50; ++i) {
                auto message = StorageRunner::message(channel, sender);
                auto answer = db.append(message);
                wave.emplace_back(std::move(message), std::move(answer));
            }
            const std::size_t refused = told.refused.size();
            for (auto& [message, answer] : wave) {
                auto stored = answer.get();
                if (stored) {
                    told.acknowledged.push_back(std::move(*stored));
                    ++acknowledged;
                } else {
                    EXPECT_EQ(stored.error(), chat::Errc::unavailable);
                    told.refused.push_back(std::move(message));
                }
            }
            if (told.refused.size() > refused) std::this_thread::sleep_for(50ms); // as a client would
        }
    }};
    while (acknowledged < 500) std::this_thread::sleep_for(1ms);
    TestServer::get().stop(LocalServer::Shutdown::immediate);
    std::this_thread::sleep_for(100ms);
    TestServer::get().start();
    const int before = acknowledged;
    while (acknowledged < before + 500) std::this_thread::sleep_for(1ms);
    stop = true;
    senders.join();
    return told;
}

TEST(Recovery, WhatWasAcknowledgedSurvivesTheServersDeath) {
    StorageRunner db;
    const auto alice = db.new_user();
    const auto channel = db.new_channel(alice.id);
    const Told told = send_through_a_crash(db, channel.id, alice.id);
    EXPECT_FALSE(told.refused.empty());

    postgres::BlockingConnection check{testing::shared_database()};
    const auto rows = check.query({"", R"(SELECT id, seq, "clientMessageId" FROM chat_message
                                          WHERE "chatChannelId" = $1 ORDER BY seq)"},
                                  postgres::Params::of(channel.id));
    std::set<std::pair<std::int64_t, chat::Uuid>> stored;
    std::set<chat::Uuid> stored_ids;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(rows[i].get<std::int64_t>(1), static_cast<std::int64_t>(i) + 1);
        stored.emplace(rows[i].get<std::int64_t>(0), rows[i].get<chat::Uuid>(2));
        EXPECT_TRUE(stored_ids.insert(rows[i].get<chat::Uuid>(2)).second);
    }
    for (const auto& appended : told.acknowledged) {
        EXPECT_TRUE(stored.contains({appended.message.id.value, appended.message.client_message_id}));
    }
    // A retry of what was refused says `deduplicated` exactly when it had been stored after all.
    std::vector<std::future<Result<chat::Appended>>> retries;
    for (const auto& message : told.refused) retries.push_back(db.append(message));
    for (std::size_t i = 0; i < retries.size(); ++i) {
        const auto again = retries[i].get();
        ASSERT_TRUE(again) << again.error();
        EXPECT_EQ(again->deduplicated, stored_ids.contains(told.refused[i].client_message_id));
    }
}

TEST(Recovery, ReadsAnswerUnavailableAtOnceWhileTheServerIsAway) {
    StorageRunner db;
    const auto alice = db.new_user();
    TestServer::get().stop(LocalServer::Shutdown::fast);
    std::this_thread::sleep_for(50ms);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(db.wait(db.accounts().find_user(alice.id)).error(), chat::Errc::unavailable);
    EXPECT_EQ(db.wait(db.channels().newest_channels(alice.id, 10)).error(), chat::Errc::unavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - start, limits::kDatabaseConnectTimeout / 2) << "they waited";
    TestServer::get().start();
    for (int i = 0; i < 300 && !db.wait(db.accounts().find_user(alice.id)); ++i) std::this_thread::sleep_for(20ms);
    EXPECT_TRUE(db.wait(db.accounts().find_user(alice.id)));
}

TEST(Recovery, OneThatTheDatabaseDoesNotTakeFailsAloneAndChangesNoOrder) {
    const auto conninfo = testing::new_database();
    StorageRunner db{conninfo};
    const auto alice = db.new_user();
    const auto channel = db.new_channel(alice.id);
    postgres::BlockingConnection{conninfo}.script(R"(
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not this one'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON chat_message FOR EACH ROW WHEN (NEW.content = 'poison') EXECUTE FUNCTION refuse())");
    // Enough for several batches, of which the next one waits at the server while one is refused there.
    std::vector<std::future<Result<chat::Appended>>> pending;
    const auto is_poison = [](std::size_t n) { return n % 300 == 7; };
    for (std::size_t n = 0; n < 1500; ++n) {
        auto message = StorageRunner::message(channel.id, alice.id, is_poison(n) ? "poison" : "fine");
        if (n % 100 == 99) message.mentions = {"all"};
        pending.push_back(db.append(std::move(message)));
    }
    std::int64_t seq = 0;
    for (std::size_t n = 0; n < pending.size(); ++n) {
        const auto stored = pending[n].get();
        ASSERT_EQ(stored.has_value(), !is_poison(n)) << n;
        if (stored) {
            EXPECT_EQ(stored->message.seq, ++seq) << n;
        } else {
            EXPECT_EQ(stored.error(), chat::Errc::internal);
        }
    }
}

} // namespace
} // namespace hubbub::storage
