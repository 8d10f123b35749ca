#pragma once
#include "chat/accounts/store.hpp"
#include "chat/auth/access_token.hpp"
#include "chat/auth/external_tokens.hpp"
#include "chat/auth/password_hasher.hpp"
#include "chat/auth/store.hpp"
#include "chat/auth/verified_tokens.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace hubbub::chat {

struct Registration {
    std::string username;
    std::string password;
    std::string display_name;
};

struct Login {
    std::string username;
    std::string password;
};

/// Where a session came from, for its owner to recognise it.
struct ClientInfo {
    std::string user_agent;
    std::string ip;
};

/// What a client gets when it signs up, signs in or refreshes.
struct SessionGrant {
    User user;
    SessionId session;
    std::string access_token;
    Timestamp access_expires_at;
    std::string refresh_token;
    Timestamp refresh_expires_at;
};

/// A refresh token came a second time: its family is revoked, and the family's live sockets have to go.
struct ReuseDetected {
    UserId user;
    SessionId session;
};

/// Whose tokens are taken.
struct TokenKeys {
    AccessTokens own;
    std::optional<ExternalTokens> external = {};
};

/// Accounts and sessions. One a shard; the hasher is shared.
class Auth {
  public:
    Auth(AccountStore& accounts, SessionStore& sessions, PasswordHasher& hasher, TokenKeys keys)
        : accounts_{accounts}, sessions_{sessions}, hasher_{hasher}, keys_{std::move(keys)} {}

    /// The other application has other keys now. On the shard.
    void renew(ExternalTokens external) {
        keys_.external = std::move(external);
        verified_.clear();
    }

    /// Errors: `username_taken`, `rate_limited`.
    Task<Result<SessionGrant>> sign_up(Registration registration, ClientInfo client);
    /// `login.username` fits its rule. Errors: `bad_credentials` (in the same time for an unknown user),
    /// `rate_limited`.
    Task<Result<SessionGrant>> sign_in(Login login, ClientInfo client);
    /// Rotates. Errors: `token_invalid`, `token_expired`, `revoked`.
    Task<Result<std::variant<SessionGrant, ReuseDetected>>> refresh(std::string refresh_token);
    /// Ends the session and every token of its family.
    Task<Result<void>> sign_out(SessionId session);

    /// The user's own. Errors: `session_not_found`.
    Task<Result<void>> end_session(UserId user, SessionId session);
    /// Ends all sessions of the user but one, and says which.
    Task<Result<std::vector<SessionId>>> end_others(AccessClaims kept);
    /// The same, with a new password. Errors: `bad_credentials` (not the old one), `rate_limited`.
    Task<Result<std::vector<SessionId>>> change_password(AccessClaims caller, std::string old_password,
                                                         std::string password);
    Task<Result<Page<OpenSession>>> sessions(AccessClaims caller, PageQuery query);

    // The bearer of an access token, without asking whether its session still stands.
    /// Of one of ours, or of another application's that has been seen: costs a hash or two, and a bad one no more.
    /// Errors: `token_missing` (empty), `token_invalid` (another application's may still be good), `token_expired`.
    Result<AccessClaims> recognise(std::string_view token);
    /// Of another application's: costs a signature and, if that is good, a query. Errors: `token_invalid`,
    /// `token_expired`.
    Task<Result<AccessClaims>> identify_external(std::string token, ClientInfo client);
    /// Errors: `revoked`.
    Task<Result<void>> check(AccessClaims claims);

  private:
    Task<Result<SessionGrant>> open_session(User user, std::string password_hash, ClientInfo client);
    SessionGrant grant(User user, SessionId session, std::string refresh_token, Timestamp issued_at) const;

    AccountStore& accounts_;
    SessionStore& sessions_;
    PasswordHasher& hasher_;
    TokenKeys keys_;
    VerifiedTokens verified_;
};

} // namespace hubbub::chat
