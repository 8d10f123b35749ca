#pragma once
#include "base/result.hpp"
#include "chat/messages/store.hpp"

#include <string>
#include <string_view>

namespace hubbub::chat {

/// 1 … limits::kMessageBytesMax bytes of UTF-8 with something to see in it, kept exactly as written; no control
/// characters but line feed and tab. Errors: `too_short`, `too_long`, `bad_format`.
Result<std::string> parse_content(std::string_view text);

/// A UUID of any version in its 36-character form. Errors: `bad_format`.
Result<Uuid> parse_uuid(std::string_view text);

/// In lower case.
std::string to_string(const Uuid& uuid);

} // namespace hubbub::chat
