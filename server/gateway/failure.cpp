#include "gateway/failure.hpp"

#include "base/log.hpp"

#include <cstddef>

namespace hubbub::gateway {
namespace {

ErrorName to_name(chat::Errc errc) {
    using chat::Errc;
    switch (errc) {
    case Errc::token_missing: return ErrorName::auth_token_missing;
    case Errc::token_invalid: return ErrorName::auth_token_invalid;
    case Errc::token_expired: return ErrorName::auth_token_expired;
    case Errc::revoked: return ErrorName::auth_revoked;
    case Errc::bad_credentials: return ErrorName::auth_bad_credentials;
    case Errc::username_taken: return ErrorName::auth_username_taken;
    case Errc::registration_closed: return ErrorName::auth_registration_closed;
    case Errc::missing: return ErrorName::validation_missing;
    case Errc::wrong_type: return ErrorName::validation_type;
    case Errc::too_long: return ErrorName::validation_too_long;
    case Errc::too_short: return ErrorName::validation_too_short;
    case Errc::bad_format: return ErrorName::validation_format;
    case Errc::out_of_range: return ErrorName::validation_range;
    case Errc::channel_not_found: return ErrorName::channel_not_found;
    case Errc::not_a_member: return ErrorName::channel_not_a_member;
    case Errc::channel_archived: return ErrorName::channel_archived;
    case Errc::channel_name_taken: return ErrorName::channel_name_taken;
    case Errc::message_not_found: return ErrorName::message_not_found;
    case Errc::message_not_owner: return ErrorName::message_not_owner;
    case Errc::message_deleted: return ErrorName::message_deleted;
    case Errc::user_not_found: return ErrorName::user_not_found;
    case Errc::role_forbidden: return ErrorName::role_forbidden;
    case Errc::last_owner: return ErrorName::role_last_owner;
    case Errc::invite_not_found: return ErrorName::invite_not_found;
    case Errc::session_not_found: return ErrorName::session_not_found;
    case Errc::rate_limited: return ErrorName::limit_rate;
    case Errc::too_many_reactions: return ErrorName::limit_reactions;
    case Errc::too_many_invites: return ErrorName::limit_invites;
    case Errc::too_many_invitations: return ErrorName::limit_invitations;
    case Errc::too_many_channels: return ErrorName::limit_channels;
    case Errc::too_many_made: return ErrorName::limit_channels_made;
    case Errc::too_many_connections: return ErrorName::limit_connections;
    case Errc::payload_too_large: return ErrorName::limit_payload;
    case Errc::draining: return ErrorName::server_draining;
    case Errc::unavailable: return ErrorName::server_unavailable;
    case Errc::internal: return ErrorName::server_internal;
    }
    return ErrorName::server_internal;
}

bool concerns_a_field(ErrorName name) {
    return row_of(name).name.starts_with("validation.") || name == ErrorName::auth_username_taken ||
           name == ErrorName::channel_name_taken;
}

} // namespace

Failure to_failure(error_code reason, std::string_view field) {
    if (reason.category() != chat::make_error_code(chat::Errc::internal).category()) {
        Failure bug{ErrorName::server_internal};
        bug.cause = std::string{reason.category().name()} + ": " + reason.message();
        return bug;
    }
    Failure failure{to_name(static_cast<chat::Errc>(reason.value()))};
    if (concerns_a_field(failure.name)) failure.field = field;
    if (row_of(failure.name).retryable) failure.retry_after = kRetryAfter;
    return failure;
}

void log_cause(const Failure& failure, Whose whose) {
    if (failure.cause.empty()) return;
    log::error("unexpected_error", {{"what", failure.cause}}, {{whose.kind, whose.id}});
}

const ErrorRow& row_of(ErrorName name) {
    return kErrorTable[static_cast<std::size_t>(name)];
}

boost::json::object to_json(const Failure& failure) {
    const ErrorRow& row = row_of(failure.name);
    boost::json::object error{{"code", row.name}, {"message", row.message}, {"retryable", row.retryable}};
    if (failure.retry_after) error["retryAfterMs"] = failure.retry_after->count();
    if (!failure.field.empty()) error["field"] = failure.field;
    return error;
}

} // namespace hubbub::gateway
