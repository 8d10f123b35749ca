#pragma once
#include "base/result.hpp"

#include <string>
#include <string_view>

namespace hubbub::chat {

/// 3 … 32 of `[A-Za-z0-9_.-]`, kept as written. Errors: `too_short`, `too_long`, `bad_format`.
Result<std::string> parse_username(std::string_view text);

/// A username as near as can be to what somebody is called elsewhere: what may not be in one becomes a dash.
std::string make_username(std::string_view wish);

/// The beginning of a username, in lower case: 1 … 32 characters of its alphabet. Errors: as `parse_username`.
Result<std::string> parse_username_prefix(std::string_view text);

/// 8 … 256 bytes of anything but NUL. Errors: `too_short`, `too_long`, `bad_format`.
Result<std::string> parse_password(std::string_view text);

/// 1 … 64 characters in one line, trimmed. Errors: `too_short`, `too_long`, `bad_format`.
Result<std::string> parse_display_name(std::string_view text);

} // namespace hubbub::chat
