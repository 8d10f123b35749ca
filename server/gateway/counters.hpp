#pragma once
#include "base/histogram.hpp"
#include "gateway/error_table.hpp"
#include "socketio/socket.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace hubbub::gateway {

/// What an operator wants to see of the gateway; written by every shard, read by the metrics.
struct Counters {
    using Count = std::atomic<std::uint64_t>;

    Count sockets = 0; ///< connected now
    Count connections = 0;
    Count events = 0;
    Count messages_stored = 0;
    Count messages_deduplicated = 0;
    Count rest_requests = 0;
    std::array<Count, std::size(kErrorTable)> refusals{}; ///< by ErrorName

    static void add(Count& count, std::uint64_t by = 1) { count.fetch_add(by, std::memory_order_relaxed); }
    static void subtract(Count& count) { count.fetch_sub(1, std::memory_order_relaxed); }
    void refused(ErrorName name) { add(refusals[static_cast<std::size_t>(name)]); }
};

/// What one shard measured. Plain: read it on that shard.
struct Measures {
    std::unordered_map<std::string_view, Histogram> events;             ///< from an event to its answer, by name
    std::unordered_map<std::string, Histogram> requests;                ///< the same of REST, by method and pattern
    std::unordered_map<std::string_view, std::uint64_t> limited_events; ///< refused by `limit.rate`, by name
    std::unordered_map<std::string, std::uint64_t> limited_requests;    ///< the same of REST, by method and pattern
    std::uint64_t tokens_limited = 0; ///< tokens refused unseen: too many bad ones had come from the address
    std::uint64_t hashes_full = 0;    ///< passwords refused because too many of the address or account waited
    std::uint64_t user_full = 0;      ///< sockets refused because the user had as many as allowed
    std::uint64_t address_full = 0;   ///< sessions refused because the address had as many as it may
    std::uint64_t arriving_full = 0;  ///< the same because too many, of the address or the shard, had no CONNECT yet
    std::array<std::uint64_t, socketio::kDisconnectReasons> disconnects{};
    std::uint64_t resumed = 0;      ///< channels of which a client got all that it missed
    std::uint64_t not_resumed = 0;  ///< channels that a client has to read anew
    std::uint64_t feed_reads = 0;   ///< of a channel's log, for events that did not come by themselves
    std::uint64_t feed_behind = 0;  ///< channels of which events were not broadcast, and clients told
    std::uint64_t rooms_mended = 0; ///< memberships that rooms did not have as the database has them
};

} // namespace hubbub::gateway
