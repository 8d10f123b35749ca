#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "chat/auth/jws.hpp"

#include <string>
#include <string_view>

namespace hubbub::chat {

/// What an access token says about its bearer.
struct AccessClaims {
    UserId user;
    SessionId session;
    Timestamp expires_at;
};

/// Issues and verifies access tokens: JWT (RFC 7519) signed with HS256, and with nothing else, by one key.
///
/// Claims: `sub` and `sid` (decimal strings), `iat`, `exp` (seconds), `iss` and `aud` (`hubbub`), `typ` (`access`).
/// A header that names another algorithm, asks for an extension (`crit`) or brings or points to a key is refused.
/// Not thread-safe: one a shard. About 8 µs a verification (access_token_test prints it).
class AccessTokens {
  public:
    /// `secret` has at least `JwsKey::kSecretBytesMin` bytes. Throws std::runtime_error otherwise.
    explicit AccessTokens(std::string_view secret) : key_{JwsKey::from_secret(secret)} {}

    std::string issue(const AccessClaims& claims, Timestamp issued_at) const;

    /// errors   `token_expired` (signed by us, over), `token_invalid` (everything else).
    Result<AccessClaims> verify(std::string_view token, Timestamp at) const;

  private:
    JwsKey key_;
};

} // namespace hubbub::chat
