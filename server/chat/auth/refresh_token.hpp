#pragma once
#include <string>
#include <string_view>

namespace hubbub::chat {

/// An opaque refresh token: 32 random bytes, base64url. Only its hash is ever kept.
std::string make_refresh_token();

/// SHA-256 of the token, 32 bytes. Needs no salt: a token is random and long.
std::string hash_refresh_token(std::string_view token);

} // namespace hubbub::chat
