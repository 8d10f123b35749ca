#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"
#include "chat/auth/jws.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hubbub::chat {

/// Another application, whose users may come in with the tokens that it signs.
struct ExternalIssuer {
    std::string issuer;         ///< `iss`
    std::string audience;       ///< in `aud`
    std::string username_claim; ///< what the username is made of
    std::string secret;         ///< for HS256; empty: none
    std::string public_key;     ///< PEM; empty: none
    std::string jwks;           ///< JSON (RFC 7517, 5); empty: none
};

/// What such a token says of its bearer.
struct ExternalIdentity {
    std::string subject;
    std::string username; ///< fits the rule; another user may have it
    std::string display_name;
    Timestamp expires_at;
};

/// Verifies the tokens of another application. Not thread-safe: one a shard.
class ExternalTokens {
  public:
    /// Throws std::runtime_error with what is wrong with a key.
    explicit ExternalTokens(const ExternalIssuer& issuer);

    /// errors   `token_expired` (signed by it, over), `token_invalid` (everything else).
    Result<ExternalIdentity> verify(std::string_view token, Timestamp at) const;

  private:
    std::vector<JwsKey> keys_;
    std::string issuer_;
    std::string audience_;
    std::string username_claim_;
};

} // namespace hubbub::chat
