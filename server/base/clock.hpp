#pragma once
#include "base/result.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace hubbub {

/// Wall time at the precision of the contract: milliseconds, UTC.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// The wall clock now.
Timestamp now();

/// `2026-11-22T10:00:00.000Z` (RFC 3339 UTC with milliseconds; contract, "Conventions").
std::string to_rfc3339(Timestamp time);

/// The same, or without milliseconds, of the years 0 to 2999; nothing else.
std::optional<Timestamp> parse_rfc3339(std::string text);

} // namespace hubbub
