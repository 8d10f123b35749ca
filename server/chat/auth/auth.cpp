#include "chat/auth/auth.hpp"

#include "base/limits.hpp"
#include "chat/auth/refresh_token.hpp"
#include "chat/errc.hpp"

#include <utility>

namespace hubbub::chat {
namespace {

constexpr std::size_t kUserAgentBytesMax = 256;

/// A header may hold any bytes; what is kept must be text.
std::string printable(std::string text) {
    std::erase_if(text, [](char c) { return c < ' ' || c > '~'; });
    if (text.size() > kUserAgentBytesMax) text.resize(kUserAgentBytesMax);
    return text;
}

} // namespace

Task<Result<SessionGrant>> Auth::sign_up(Registration registration, ClientInfo client) {
    auto hash = co_await hasher_.hash(std::move(registration.password));
    if (!hash) co_return hash.error();
    NewUser user;
    user.username = std::move(registration.username);
    user.display_name = std::move(registration.display_name);
    user.password_hash = *hash;
    auto created = co_await accounts_.create_user(std::move(user));
    if (!created) co_return created.error();
    auto grant = co_await open_session(std::move(*created), std::move(*hash), std::move(client));
    co_return grant;
}

Task<Result<SessionGrant>> Auth::sign_in(Login login, ClientInfo client) {
    auto found = co_await accounts_.find_credentials(std::move(login.username));
    if (!found && found.error() != Errc::user_not_found) co_return found.error();
    std::string hash = found ? found->password_hash : std::string{};
    const auto right = co_await hasher_.verify(std::move(login.password), std::move(hash));
    if (!right) co_return right.error();
    if (!*right || found->user.disabled_at) co_return Errc::bad_credentials;
    auto grant = co_await open_session(std::move(found->user), std::move(found->password_hash), std::move(client));
    co_return grant;
}

Task<Result<SessionGrant>> Auth::open_session(User user, std::string password_hash, ClientInfo client) {
    const Timestamp at = now();
    std::string token = make_refresh_token();
    NewSession opening;
    opening.user = user.id;
    opening.password_hash = std::move(password_hash);
    opening.token_hash = hash_token(token);
    opening.expires_at = at + limits::kRefreshTokenTtl;
    opening.user_agent = printable(std::move(client.user_agent));
    opening.ip = std::move(client.ip);
    const auto session = co_await sessions_.create_session(std::move(opening));
    if (!session) co_return session.error();
    co_return grant(std::move(user), session->id, std::move(token), at);
}

Task<Result<std::variant<SessionGrant, ReuseDetected>>> Auth::refresh(std::string refresh_token) {
    const Timestamp at = now();
    std::string next = make_refresh_token();
    std::string old_hash = hash_token(refresh_token);
    std::string new_hash = hash_token(next);
    const auto session =
        co_await sessions_.rotate_session(std::move(old_hash), std::move(new_hash), at + limits::kRefreshTokenTtl);
    if (!session) co_return session.error();
    if (session->reused) co_return ReuseDetected{session->user, session->id};
    auto user = co_await accounts_.find_user(session->user);
    if (!user) co_return user.error();
    if (user->disabled_at) co_return Errc::revoked;
    co_return grant(std::move(*user), session->id, std::move(next), at);
}

Task<Result<void>> Auth::sign_out(SessionId session) {
    return sessions_.revoke_session(session);
}

Task<Result<void>> Auth::end_session(UserId user, SessionId session) {
    return sessions_.revoke_session_of(user, session);
}

Task<Result<std::vector<SessionId>>> Auth::end_others(AccessClaims kept) {
    return sessions_.revoke_others(kept.user, kept.session);
}

Task<Result<std::vector<SessionId>>> Auth::change_password(AccessClaims caller, std::string old_password,
                                                           std::string password) {
    const auto user = co_await accounts_.find_user(caller.user);
    if (!user) co_return user.error();
    std::string username = user->username;
    auto found = co_await accounts_.find_credentials(std::move(username));
    if (!found) co_return found.error();
    std::string old_hash = found->password_hash;
    const auto right = co_await hasher_.verify(std::move(old_password), std::move(found->password_hash));
    if (!right) co_return right.error();
    if (!*right) co_return Errc::bad_credentials;
    auto hash = co_await hasher_.hash(std::move(password));
    if (!hash) co_return hash.error();
    auto ended = co_await sessions_.change_password(caller.user, caller.session, std::move(old_hash), std::move(*hash));
    co_return ended;
}

Task<Result<Page<OpenSession>>> Auth::sessions(AccessClaims caller, PageQuery query) {
    return sessions_.list_sessions(caller.user, caller.session, std::move(query));
}

Result<AccessClaims> Auth::recognise(std::string_view token) {
    if (token.empty()) return Errc::token_missing;
    if (token.size() > kTokenBytesMax) return Errc::token_invalid;
    const Timestamp at = now();
    std::string hash = hash_token(token);
    if (const AccessClaims* known = verified_.find(hash)) {
        if (known->expires_at <= at) return Errc::token_expired;
        return *known;
    }
    auto own = keys_.own.verify(token, at);
    if (own) verified_.keep(std::move(hash), *own, at, verified_.generation());
    return own;
}

Task<Result<AccessClaims>> Auth::identify_external(std::string token, ClientInfo client) {
    if (!keys_.external || token.size() > kTokenBytesMax) co_return Errc::token_invalid;
    const Timestamp at = now();
    const std::uint64_t generation = verified_.generation();
    std::string hash = hash_token(token);
    auto external = keys_.external->verify(token, at);
    if (!external) co_return external.error();
    ExternalSession opening;
    opening.subject = std::move(external->subject);
    opening.username = std::move(external->username);
    opening.display_name = std::move(external->display_name);
    opening.token_hash = hash;
    opening.expires_at = external->expires_at;
    opening.user_agent = printable(std::move(client.user_agent));
    opening.ip = std::move(client.ip);
    const auto session = co_await sessions_.open_external(std::move(opening));
    if (!session) co_return session.error();
    const AccessClaims claims{session->user, session->id, external->expires_at};
    verified_.keep(std::move(hash), claims, at, generation);
    co_return claims;
}

Task<Result<void>> Auth::check(AccessClaims claims) {
    return sessions_.check_session(claims.session, claims.user);
}

SessionGrant Auth::grant(User user, SessionId session, std::string refresh_token, Timestamp issued_at) const {
    SessionGrant grant;
    grant.user = std::move(user);
    grant.session = session;
    grant.access_expires_at = issued_at + limits::kAccessTokenTtl;
    grant.access_token = keys_.own.issue({grant.user.id, session, grant.access_expires_at}, issued_at);
    grant.refresh_token = std::move(refresh_token);
    grant.refresh_expires_at = issued_at + limits::kRefreshTokenTtl;
    return grant;
}

} // namespace hubbub::chat
