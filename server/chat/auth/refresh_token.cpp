#include "chat/auth/refresh_token.hpp"

#include <sodium.h>

namespace hubbub::chat {
namespace {

constexpr std::size_t kTokenBytes = 32;

} // namespace

std::string make_refresh_token() {
    unsigned char bytes[kTokenBytes];
    randombytes_buf(bytes, sizeof bytes);
    std::string text(sodium_base64_ENCODED_LEN(sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text.pop_back(); // its NUL
    return text;
}

std::string hash_token(std::string_view token) {
    std::string hash(crypto_hash_sha256_BYTES, '\0');
    crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                       reinterpret_cast<const unsigned char*>(token.data()), token.size());
    return hash;
}

} // namespace hubbub::chat
