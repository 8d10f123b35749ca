#pragma once
#include "base/ids.hpp"
#include "base/limits.hpp"
#include "chat/auth/auth.hpp"
#include "chat/channels/invites.hpp"
#include "chat/messages/messages.hpp"
#include "chat/ports.hpp"
#include "gateway/channel_feed.hpp"
#include "gateway/counters.hpp"
#include "gateway/failure.hpp"
#include "gateway/presence.hpp"
#include "gateway/rate_limiter.hpp"
#include "gateway/receipts.hpp"
#include "gateway/write_barrier.hpp"
#include "socketio/server.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace hubbub::gateway {

/// What an operator may set.
struct Settings {
    std::string version;
    bool registration_open = true;
    std::size_t connections_per_user = limits::kConnectionsPerUser;
    std::size_t connections_per_address = limits::kConnectionsPerAddress;
    Rate events{.per_second = 500, .burst = 5'000};    ///< a user, on one shard
    Rate requests{.per_second = 200, .burst = 2'000};  ///< REST, a user, on one shard; an address's bad tokens
    Rate registrations{.per_second = 2, .burst = 200}; ///< an address
    Rate additions{.per_second = limits::kAdditionsPerHour / 3600.0,
                   .burst = limits::kAdditionsPerHour};  ///< a user, by others
    Rate failed_logins{.per_second = 0.5, .burst = 200}; ///< an address
};

/// The chat's rules on one shard, over that shard's stores.
struct Services {
    Services(Node& node, runtime::Shard& on, LiveSockets& sockets, chat::Stores stores, chat::PasswordHasher& hasher,
             chat::TokenKeys keys);
    Services(const Services&) = delete;

    /// The bearer of a token. A bad one is charged to its address, and beyond the address's rate no more is looked at
    /// than whether it is one of ours: so nobody with a good one pays for others behind the same address.
    Task<Outcome<chat::AccessClaims>> identify(std::string token, chat::ClientInfo client);

    const runtime::Shard& shard;
    Measures& measures;
    RateLimiter<std::string> bad_tokens; ///< by address
    chat::AccountStore& accounts;
    chat::Auth auth;
    Receipts receipts; ///< of the users whose home this shard is
    chat::PresenceStore& presence_store;
    Presence presence; ///< of the same
    chat::Channels channels;
    chat::Invites invites;
    chat::Messages messages;
    chat::ChangeStore& changes;
    ChannelFeed feed;    ///< of the channels that this shard owns
    WriteBarrier writes; ///< to these channels
};

/// What every part of the gateway shares. Immutable once the shards run, but for its atomics.
struct Node {
    Node(runtime::Shards& all_shards, socketio::Namespace& main_namespace, Settings chosen)
        : shards{all_shards}, nsp{main_namespace}, settings{std::move(chosen)}, measures(all_shards.size()) {}

    runtime::Shards& shards;
    socketio::Namespace& nsp;
    const Settings settings;
    std::vector<std::unique_ptr<Services>> services; ///< by shard
    Counters counters;
    std::vector<Measures> measures; ///< by shard
    std::atomic<bool> draining = false;
    std::atomic<std::size_t> sends_in_flight = 0;

    Services& services_of(const runtime::Shard& shard) { return *services[shard.index()]; }
    Measures& measures_of(const runtime::Shard& shard) { return measures[shard.index()]; }
    /// Where the channel's writes are made and its broadcasts leave, in commit order.
    runtime::Shard& owner(ChannelId channel) { return at(channel.value); }
    /// Where what is counted by user is counted.
    runtime::Shard& home(UserId user) { return at(user.value); }

  private:
    runtime::Shard& at(std::int64_t id) { return shards[static_cast<std::size_t>(id) % shards.size()]; }
};

inline Services::Services(Node& node, runtime::Shard& on, LiveSockets& sockets, chat::Stores stores,
                          chat::PasswordHasher& hasher, chat::TokenKeys keys)
    : shard{on},
      measures{node.measures_of(on)},
      bad_tokens{node.settings.requests},
      accounts{stores.accounts},
      auth{stores.accounts, stores.sessions, hasher, std::move(keys)},
      receipts{node, on, stores.receipts},
      presence_store{stores.presence},
      presence{node, on, stores.presence},
      channels{stores.channels, stores.invites, receipts},
      invites{stores.invites, channels},
      messages{stores.messages, channels},
      changes{stores.changes},
      feed{on, node.nsp, messages, sockets, measures} {}

/// The room that every socket of a user is in.
inline std::string user_room(UserId user) {
    return "user:" + std::to_string(user.value);
}
inline std::string session_room(SessionId session) {
    return "session:" + std::to_string(session.value);
}
/// The decimal id alone, so that any Socket.IO emitter reaches a channel with `to("42")` (contract, "Conventions").
inline std::string channel_room(ChannelId channel) {
    return std::to_string(channel.value);
}

} // namespace hubbub::gateway
