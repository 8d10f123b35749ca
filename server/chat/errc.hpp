#pragma once
#include "base/result.hpp"

#include <string_view>

namespace hubbub::chat {

/// Why a command of the chat was refused. Each has an entry in contract/errors.json, where its public name, HTTP status
/// and retryability stand; gateway alone maps to it.
enum class Errc {
    token_missing = 1,
    token_invalid,
    token_expired,
    revoked,
    bad_credentials,
    username_taken,
    registration_closed,
    missing, ///< a required field is not there
    wrong_type,
    too_long,
    too_short,
    bad_format,
    out_of_range,
    channel_not_found, ///< also: not visible to the asker
    not_a_member,
    channel_archived,
    channel_name_taken,
    message_not_found,
    message_not_owner,
    message_deleted,
    user_not_found,
    role_forbidden,
    last_owner, ///< a channel with members has an owner
    invite_not_found,
    session_not_found, ///< also: of another user
    rate_limited,
    too_many_reactions,   ///< different ones on one message
    too_many_invites,     ///< of one channel
    too_many_invitations, ///< of one user
    too_many_channels,    ///< that a user is in
    too_many_made,        ///< channels by one user
    too_many_connections,
    payload_too_large,
    draining,
    unavailable, ///< the database is away; nothing was stored, or a retry says `deduplicated`
    internal,
};
std::string_view to_string(Errc errc);
error_code make_error_code(Errc errc);

} // namespace hubbub::chat

template <> struct boost::system::is_error_code_enum<hubbub::chat::Errc> : std::true_type {};
