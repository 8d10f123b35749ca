#pragma once
#include <compare>
#include <cstdint>
#include <functional>

namespace hubbub {

/// A database key that cannot be mistaken for another kind's. Positive and below 2^53 (contract, "Conventions").
template <class Tag> struct Id {
    std::int64_t value = 0;

    constexpr auto operator<=>(const Id&) const = default;
    constexpr explicit operator bool() const { return value != 0; }
};

using UserId = Id<struct UserTag>;
using ChannelId = Id<struct ChannelTag>;
using MessageId = Id<struct MessageTag>;
using SessionId = Id<struct SessionTag>;

/// Largest integer that every JSON client reads exactly.
inline constexpr std::int64_t kJsonIntegerMax = (std::int64_t{1} << 53) - 1;

} // namespace hubbub

template <class Tag> struct std::hash<hubbub::Id<Tag>> {
    std::size_t operator()(hubbub::Id<Tag> id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
