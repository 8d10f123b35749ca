#pragma once
#include "base/result.hpp"
#include "chat/messages/store.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hubbub::chat {

/// 1 … limits::kMessageBytesMax bytes of UTF-8 with something to see in it, kept exactly as written; no control
/// characters but line feed and tab. Errors: `too_short`, `too_long`, `bad_format`.
Result<std::string> parse_content(std::string_view text);

/// One emoji, with its modifiers, or `:name:` with 1 … limits::kReactionNameMax characters of a-z, 0-9, `_`, `+`, `-`.
/// Errors: `too_short` (empty), `too_long`, `bad_format`.
Result<std::string> parse_reaction(std::string_view text);

/// As the authorisation matrix says (chat/channels/rules.hpp).
bool may_delete_of_others(ChannelType type, Role actor);

/// What is searched for in messages: 1 … limits::kSearchTextMax characters in one line, trimmed. Errors: `too_short`,
/// `too_long`, `bad_format`.
Result<std::string> parse_search_text(std::string_view text);

/// Which of `before`, `after`, `around` and `at` is one too many.
std::optional<std::string_view> extra_anchor(const HistoryQuery& query);

/// A UUID of any version in its 36-character form. Errors: `bad_format`.
Result<Uuid> parse_uuid(std::string_view text);

/// In lower case.
std::string to_string(const Uuid& uuid);

} // namespace hubbub::chat
