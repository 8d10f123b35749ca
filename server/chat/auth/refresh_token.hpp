#pragma once
#include <string>
#include <string_view>

namespace hubbub::chat {

/// An opaque refresh token: 32 random bytes, base64url. Only its hash is ever kept.
std::string make_refresh_token();

/// SHA-256 of a token, 32 bytes. Needs no salt: a token is random, or signed, and long.
std::string hash_token(std::string_view token);

} // namespace hubbub::chat
