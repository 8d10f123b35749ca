#pragma once
#include "base/result.hpp"
#include "chat/channels/store.hpp"

#include <string>
#include <string_view>

namespace hubbub::chat {

/// 1 … 80 characters in one line, trimmed. Errors: `too_short`, `too_long`, `bad_format`.
Result<std::string> parse_channel_name(std::string_view text);

/// 0 … 250 characters in one line, trimmed. Errors: `too_long`, `bad_format`.
Result<std::string> parse_topic(std::string_view text);

/// Whether a member with `actor`'s role may give a new member the role `given`.
/// Public: whoever is in may bring others in as members. Private: admins and owners; nobody gives more than he has.
bool may_add(ChannelType type, Role actor, Role given);

/// Whether a member with `actor`'s role may remove another one with `target`'s.
bool may_remove(Role actor, Role target);

} // namespace hubbub::chat
