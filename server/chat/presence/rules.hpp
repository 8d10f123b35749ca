#pragma once
#include "base/result.hpp"

#include <string>
#include <string_view>

namespace hubbub::chat {

/// 0 … limits::kStatusTextMax characters in one line, trimmed. Errors: `too_long`, `bad_format`.
Result<std::string> parse_status_text(std::string_view text);

} // namespace hubbub::chat
