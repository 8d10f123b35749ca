// Access tokens: an input is refused as a token of its own; and as `header\nclaims` signed with the key (by another
// library) it is accepted only if it is HS256, within its time and of our claims.
#include "chat/auth/access_token.hpp"

#include <sodium.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace hubbub;

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
const Timestamp kNow{std::chrono::seconds{1'790'000'000}};

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string base64url(std::string_view bytes) {
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(), kVariant);
    text.pop_back();
    return text;
}

std::string sign(std::string_view header, std::string_view claims) {
    const std::string input = base64url(header) + "." + base64url(claims);
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
    static_assert(kSecret.size() == crypto_auth_hmacsha256_KEYBYTES);
    crypto_auth_hmacsha256(mac.data(), bytes_of(input), input.size(), bytes_of(kSecret));
    return input + "." + base64url({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const chat::AccessTokens tokens{kSecret};
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    if (tokens.verify(text, kNow)) std::abort();

    const std::size_t line = text.find('\n');
    if (line == std::string_view::npos) return 0;
    const auto claims = tokens.verify(sign(text.substr(0, line), text.substr(line + 1)), kNow);
    if (!claims) return 0;
    if (claims->expires_at <= kNow || claims->user.value < 1 || claims->session.value < 1) std::abort();
    if (text.substr(0, line).find("HS256") == std::string_view::npos) std::abort();
    return 0;
}
