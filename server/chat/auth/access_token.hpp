#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
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
    /// RFC 7518, 3.2: a key as long as the hash.
    static constexpr std::size_t kSecretBytesMin = 32;
    static constexpr std::size_t kTokenBytesMax = 4096;
    static constexpr std::chrono::seconds kClockLeeway{60};

    /// `secret` has at least `kSecretBytesMin` bytes. Throws std::runtime_error if the library fails.
    explicit AccessTokens(std::string_view secret);
    ~AccessTokens();
    AccessTokens(AccessTokens&&) noexcept;

    std::string issue(const AccessClaims& claims, Timestamp issued_at) const;

    /// errors   `token_expired` (signed by us, over), `token_invalid` (everything else).
    Result<AccessClaims> verify(std::string_view token, Timestamp at) const;

  private:
    struct Key;
    std::unique_ptr<Key> key_;
};

} // namespace hubbub::chat
