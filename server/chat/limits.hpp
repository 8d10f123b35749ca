#pragma once
#include <chrono>
#include <cstddef>

/// Bounds of the chat alone, as base/limits.hpp has them for everybody: a change here does not build the transports
/// again.
namespace hubbub::limits {

using namespace std::chrono_literals;

inline constexpr auto kPresenceGrace = 5s;                ///< a user without a connection for longer is offline
inline constexpr auto kPresencePause = 200ms;             ///< between two rounds of a shard's presence changes
inline constexpr std::size_t kPresenceRoundMax = 64;      ///< users told of in one round; the others wait for the next
inline constexpr std::size_t kPresenceIdsMax = 200;       ///< `userIds` of one `get_presence`
inline constexpr std::size_t kPresenceMembersMax = 1'000; ///< told of a channel, the first by id
inline constexpr std::size_t kStatusTextMax = 100;
inline constexpr std::size_t kMentionsMax = 50;          ///< different names in a message; more count for nobody
inline constexpr std::size_t kSearchTextMax = 200;       ///< characters of what is searched for
inline constexpr std::size_t kSearchIndexBatchMax = 500; ///< messages put into the search index in one go
inline constexpr auto kSearchIndexPause = 1s;            ///< before the next one while messages keep coming

} // namespace hubbub::limits
