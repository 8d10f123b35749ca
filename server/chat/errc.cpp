#include "chat/errc.hpp"

namespace hubbub::chat {

std::string_view to_string(Errc errc) {
    switch (errc) {
    case Errc::token_missing: return "no access token";
    case Errc::token_invalid: return "token not valid";
    case Errc::token_expired: return "token expired";
    case Errc::revoked: return "session revoked";
    case Errc::bad_credentials: return "wrong username or password";
    case Errc::username_taken: return "username taken";
    case Errc::registration_closed: return "registration closed";
    case Errc::missing: return "field missing";
    case Errc::wrong_type: return "wrong type";
    case Errc::too_long: return "too long";
    case Errc::too_short: return "too short";
    case Errc::bad_format: return "bad format";
    case Errc::out_of_range: return "out of range";
    case Errc::channel_not_found: return "channel not found";
    case Errc::not_a_member: return "not a member";
    case Errc::channel_archived: return "channel archived";
    case Errc::channel_name_taken: return "channel name taken";
    case Errc::message_not_found: return "message not found";
    case Errc::message_not_owner: return "message of another author";
    case Errc::message_deleted: return "message deleted";
    case Errc::user_not_found: return "user not found";
    case Errc::role_forbidden: return "role does not allow it";
    case Errc::last_owner: return "last owner";
    case Errc::invite_not_found: return "invitation not found";
    case Errc::session_not_found: return "session not found";
    case Errc::rate_limited: return "too many requests";
    case Errc::too_many_reactions: return "too many reactions";
    case Errc::too_many_invites: return "too many invitations";
    case Errc::too_many_invitations: return "too many invitations of a user";
    case Errc::too_many_channels: return "in too many channels";
    case Errc::too_many_made: return "too many channels made";
    case Errc::too_many_connections: return "too many connections";
    case Errc::payload_too_large: return "payload too large";
    case Errc::draining: return "server draining";
    case Errc::unavailable: return "database unavailable";
    case Errc::internal: return "internal error";
    }
    return "unknown error";
}

error_code make_error_code(Errc errc) {
    static const ErrcCategory<Errc> category{"hubbub.chat"};
    return {static_cast<int>(errc), category};
}

} // namespace hubbub::chat
