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

/// What not every member of a channel may do. (Whoever is in may read, write, react, and change what is their own.)
enum class Action {
    add_member,
    remove_member,
    set_role,
    leave,
    update,  ///< name and topic
    archive, ///< and bring back
    invite,  ///< make invitations, see and withdraw them
    delete_of_others
};

/// The authorisation matrix: whether `actor`'s role may do that in a channel of this type at all. To whom, the two
/// functions below say.
bool may(Action action, ChannelType type, Role actor);

/// Whether `actor` may do something to another one with `target`'s role.
bool outranks(Role actor, Role target);

/// Nobody gives more than they have.
bool may_give(Role actor, Role given);

} // namespace hubbub::chat
