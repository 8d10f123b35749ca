#pragma once
#include "gateway/error_table.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

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

} // namespace hubbub::gateway
