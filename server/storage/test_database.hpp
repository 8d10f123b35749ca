#pragma once
// For this module's tests: a migrated database, and stores on a running shard.
#include "postgres/test_server.hpp"
#include "storage/migrate.hpp"
#include "storage/storage.hpp"

#include <boost/asio/co_spawn.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <string>
#include <utility>

namespace hubbub::storage::testing {

using postgres::testing::TestServer;

/// A name that no other object of this test program has.
inline std::string unique(const std::string& prefix) {
    static std::atomic<int> count = 0;
    return prefix + std::to_string(++count);
}

inline std::string new_database() {
    std::string conninfo = TestServer::get().create_database(unique("storage_test_"));
    migrate(conninfo);
    return conninfo;
}

/// The one that most tests share: each makes users and channels of its own.
inline const std::string& shared_database() {
    static const std::string conninfo = new_database();
    return conninfo;
}

inline chat::Uuid new_uuid() {
    static std::atomic<std::uint32_t> count = 0;
    const std::uint32_t n = ++count;
    chat::Uuid uuid{};
    for (std::size_t i = 0; i < 4; ++i) uuid[15 - i] = static_cast<std::uint8_t>(n >> (8 * i));
    return uuid;
}

/// A shard with the stores on it. Every call waits for its answer.
class StorageRunner {
  public:
    explicit StorageRunner(const std::string& conninfo = shared_database()) : runner_{pool_options(conninfo, 4)} {
        runner_.run([this] {
            storage_ = std::make_unique<Storage>(runner_.pool());
            return 0;
        });
    }
    ~StorageRunner() { runner_.stop(); }
    StorageRunner(const StorageRunner&) = delete;
    StorageRunner& operator=(const StorageRunner&) = delete;

    chat::AccountStore& accounts() { return storage_->stores().accounts; }
    chat::SessionStore& sessions() { return storage_->stores().sessions; }
    chat::ChannelStore& channels() { return storage_->stores().channels; }
    chat::InviteStore& invites() { return storage_->stores().invites; }
    chat::MessageStore& messages() { return storage_->stores().messages; }
    chat::ReceiptStore& receipts() { return storage_->stores().receipts; }
    chat::PresenceStore& presence() { return storage_->stores().presence; }
    chat::ChangeStore& changes() { return storage_->stores().changes; }
    runtime::Shard& shard() { return runner_.shard(); }
    /// As a server does.
    void keep_house(std::chrono::milliseconds pause) {
        shard().post([this, pause] {
            storage_->claim_database();
            storage_->keep_house(pause);
        });
    }

    template <class T> Result<T> wait(Task<Result<T>> task) {
        std::promise<Result<T>> promise;
        boost::asio::co_spawn(shard().io(), std::move(task), [&](const std::exception_ptr& escaped, Result<T> result) {
            if (escaped) {
                promise.set_exception(escaped);
            } else {
                promise.set_value(std::move(result));
            }
        });
        return promise.get_future().get();
    }

    std::future<Result<chat::Appended>> append(chat::NewMessage message) {
        auto promise = std::make_shared<std::promise<Result<chat::Appended>>>();
        shard().post([this, promise, message = std::move(message)]() mutable {
            messages().append(std::move(message),
                              [promise](Result<chat::Appended> result) { promise->set_value(std::move(result)); });
        });
        return promise->get_future();
    }

    chat::User new_user() {
        chat::NewUser user;
        user.username = unique("User");
        user.display_name = "Some One";
        user.password_hash = "hash";
        return *wait(accounts().create_user(std::move(user)));
    }
    chat::Channel new_channel(UserId owner, chat::ChannelType type = chat::ChannelType::public_channel) {
        chat::NewChannel channel;
        channel.name = unique("Channel");
        channel.type = type;
        channel.created_by = owner;
        return wait(channels().create_channel(std::move(channel)))->channel;
    }
    static chat::NewMessage message(ChannelId channel, UserId sender, std::string content = "hello") {
        chat::NewMessage message;
        message.channel = channel;
        message.sender = sender;
        message.content = std::move(content);
        message.client_message_id = new_uuid();
        return message;
    }

  private:
    postgres::testing::PoolRunner runner_;
    std::unique_ptr<Storage> storage_;
};

/// Runs `first` on the shared database in a transaction that ends when `second` waits for it, or is done.
template <class Second> auto overtaken(const std::string& first, Second second) {
    postgres::BlockingConnection holder{shared_database()};
    postgres::BlockingConnection observer{shared_database()};
    holder.script("BEGIN; " + first);
    auto result = std::async(std::launch::async, std::move(second));
    const postgres::Statement waiting{
        "", "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"};
    while (observer.query(waiting).front().get<std::int64_t>(0) == 0) {
        if (result.wait_for(std::chrono::milliseconds{5}) == std::future_status::ready) break; // it does not wait
    }
    holder.script("COMMIT");
    return result.get();
}

} // namespace hubbub::storage::testing
