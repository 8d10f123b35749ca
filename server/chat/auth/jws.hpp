#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hubbub::chat {

/// A key that checks signatures by one algorithm, which follows from the key and never from a token (RFC 8725, 3.1).
class JwsKey {
  public:
    /// RFC 7518, 3.2: a key as long as the hash.
    static constexpr std::size_t kSecretBytesMin = 32;

    // Each throws std::runtime_error with what is wrong with the key.
    /// HS256. At least `kSecretBytesMin` bytes.
    static JwsKey from_secret(std::string_view secret);
    /// A public key: RS256 (RSA of 2048 bits or more), ES256 (P-256) or EdDSA (Ed25519).
    static JwsKey from_pem(std::string_view pem);
    /// The same as a JWK (RFC 7517). Empty for keys that are not for signatures, or of another kind.
    static std::optional<JwsKey> from_jwk(const boost::json::object& jwk);

    ~JwsKey();
    JwsKey(JwsKey&&) noexcept;
    JwsKey& operator=(JwsKey&&) noexcept;

    /// The claims signed by it. Only for a key made from a secret.
    std::string sign(const boost::json::object& claims) const;

  private:
    friend struct JwsToken;
    struct Handle;
    explicit JwsKey(std::unique_ptr<Handle> handle);
    /// The algorithm that a public key is for, or none.
    static std::optional<JwsKey> pinned(std::unique_ptr<Handle> handle);

    std::unique_ptr<Handle> handle_;
};

inline constexpr std::size_t kTokenBytesMax = 4096;

/// The claims of a token in compact form (RFC 7515, 3.1) that one of the keys has signed. A header that names an
/// algorithm which none of the keys is for, asks for an extension (`crit`) or brings or points to a key is refused; one
/// with a `kid` is checked by the key of that name, if a key has that name. Errors: `token_invalid`.
Result<boost::json::object> open_jws(std::string_view token, std::span<const JwsKey> keys);

/// For clocks that differ.
inline constexpr std::chrono::seconds kClockLeeway{60};

/// What the times in the claims say at `at`: `exp` (which must be there), `nbf` and `iat`.
/// Errors: `token_expired`, `token_invalid` (not yet, or no times).
Result<Timestamp> check_times(const boost::json::object& claims, Timestamp at);

/// Null if it is not there or no string.
const boost::json::string* text_claim(const boost::json::object& claims, std::string_view name);

} // namespace hubbub::chat
