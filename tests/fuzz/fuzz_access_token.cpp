// Tokens: an input is refused as a token of its own; and as `header\nclaims` signed with one of our keys (by another
// library) it is accepted only by that key, if the header names its algorithm, within its time and of our claims.
#include "base/limits.hpp"
#include "chat/auth/access_token.hpp"
#include "chat/auth/external_tokens.hpp"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <sodium.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace hubbub;

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
const Timestamp kNow{std::chrono::seconds{1'790'000'000}};

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string text_of(const std::vector<unsigned char>& bytes) {
    return {bytes.begin(), bytes.end()};
}

std::string base64url(std::string_view bytes) {
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(), kVariant);
    text.pop_back();
    return text;
}

std::string hmac(std::string_view secret, std::string_view input) {
    std::vector<unsigned char> mac(EVP_MAX_MD_SIZE);
    unsigned int size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(input), input.size(), mac.data(),
         &size);
    mac.resize(size);
    return text_of(mac);
}

/// A pair of keys, and what takes the tokens that it signs and no others.
class Pair {
  public:
    Pair(std::string_view algorithm, EVP_PKEY* key)
        : algorithm_{algorithm}, key_{key, EVP_PKEY_free}, tokens_{issuer(public_pem())} {}

    std::string_view algorithm() const { return algorithm_; }
    const chat::ExternalTokens& tokens() const { return tokens_; }

    std::string public_pem() const {
        const std::unique_ptr<BIO, decltype(&BIO_free)> out{BIO_new(BIO_s_mem()), BIO_free};
        PEM_write_bio_PUBKEY(out.get(), key_.get());
        char* data = nullptr;
        const auto size = static_cast<std::size_t>(BIO_get_mem_data(out.get(), &data));
        return {data, size};
    }

    /// As JWS has it (RFC 7518, 3.4): of ES256 r and s, one behind the other.
    std::string sign(std::string_view input) const {
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
        const EVP_MD* hash = algorithm_ == "EdDSA" ? nullptr : EVP_sha256();
        EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, key_.get());
        std::size_t size = 0;
        EVP_DigestSign(context.get(), nullptr, &size, bytes_of(input), input.size());
        std::vector<unsigned char> signature(size);
        if (EVP_DigestSign(context.get(), signature.data(), &size, bytes_of(input), input.size()) != 1) std::abort();
        signature.resize(size);
        if (algorithm_ != "ES256") return text_of(signature);
        const unsigned char* der = signature.data();
        const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> parts{
            d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(size)), ECDSA_SIG_free};
        std::vector<unsigned char> joined(64);
        BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), joined.data(), 32);
        BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), joined.data() + 32, 32);
        return text_of(joined);
    }

  private:
    static chat::ExternalIssuer issuer(std::string pem) {
        chat::ExternalIssuer issuer;
        issuer.issuer = "app";
        issuer.audience = "hubbub";
        issuer.username_claim = "preferred_username";
        issuer.public_key = std::move(pem);
        return issuer;
    }

    std::string_view algorithm_;
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
    chat::ExternalTokens tokens_;
};

/// Or may name it: with an escape the letters need not be there.
bool names(std::string_view header, std::string_view algorithm) {
    return header.find(algorithm) != std::string_view::npos || header.find('\\') != std::string_view::npos;
}

void check_own(std::string_view header, const std::string& input) {
    static const chat::AccessTokens tokens{kSecret};
    const auto claims = tokens.verify(input + "." + base64url(hmac(kSecret, input)), kNow);
    if (!claims) return;
    if (claims->expires_at <= kNow || claims->user.value < 1 || claims->session.value < 1) std::abort();
    if (!names(header, "HS256")) std::abort();
}

void check_external(const std::array<Pair, 3>& pairs, std::string_view header, const std::string& input) {
    for (const Pair& signer : pairs) {
        const std::string token = input + "." + base64url(signer.sign(input));
        for (const Pair& pair : pairs) {
            const auto identity = pair.tokens().verify(token, kNow);
            if (!identity) continue;
            if (&pair != &signer || !names(header, pair.algorithm())) std::abort();
            if (identity->expires_at <= kNow || identity->username.empty()) std::abort();
            if (identity->subject.empty() || identity->subject.size() > limits::kExternalSubjectBytesMax) std::abort();
        }
        // The public key, which everybody knows, is no secret (RFC 8725, 2.1).
        if (signer.tokens().verify(input + "." + base64url(hmac(signer.public_pem(), input)), kNow)) std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const chat::AccessTokens tokens{kSecret};
    static const std::array<Pair, 3> pairs{Pair{"RS256", EVP_RSA_gen(2048)},
                                           Pair{"ES256", EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")},
                                           Pair{"EdDSA", EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")}};
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    if (tokens.verify(text, kNow)) std::abort();
    for (const Pair& pair : pairs) {
        if (pair.tokens().verify(text, kNow)) std::abort();
    }

    const std::size_t line = text.find('\n');
    if (line == std::string_view::npos) return 0;
    const std::string_view header = text.substr(0, line);
    const std::string input = base64url(header) + "." + base64url(text.substr(line + 1));
    check_own(header, input);
    check_external(pairs, header, input);
    return 0;
}
