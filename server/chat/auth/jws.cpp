#include "chat/auth/jws.hpp"

#include "chat/errc.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <rhonabwy.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace hubbub::chat {
namespace {

namespace json = boost::json;

constexpr unsigned int kRsaBitsMin = 2048;

struct FreeJwt {
    void operator()(jwt_t* jwt) const { r_jwt_free(jwt); }
};
struct FreeText {
    void operator()(char* text) const { r_free(text); }
};
using Jwt = std::unique_ptr<jwt_t, FreeJwt>;
using Text = std::unique_ptr<char, FreeText>;

Jwt make_jwt() {
    jwt_t* jwt = nullptr;
    if (r_jwt_init(&jwt) != RHN_OK) throw std::runtime_error{"rhonabwy: no token"};
    return Jwt{jwt};
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// Three base64url parts: what else the library would take (JWE, JSON serialisation, no signature) is not ours.
bool is_compact_jws(std::string_view token) {
    if (std::ranges::count(token, '.') != 2) return false;
    return std::ranges::all_of(token, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    });
}

/// Our keys are never in a header, and an extension that we do not know must refuse the token (RFC 7515, 4.1.11).
bool header_is_plain(jwt_t& jwt) {
    for (const char* name : {"crit", "jwk", "jku", "x5u", "x5c", "b64", "zip"}) {
        json_t* value = r_jwt_get_header_json_t_value(&jwt, name);
        if (value == nullptr) continue;
        json_decref(value);
        return false;
    }
    return true;
}

std::string_view text_of(const char* text) {
    return text == nullptr ? std::string_view{} : std::string_view{text};
}

/// A NumericDate (RFC 7519, 2) in whole seconds within what the clock can hold.
std::optional<Timestamp> time_claim(const json::value& value) {
    constexpr std::int64_t kFarFuture = 253'402'300'799; // 9999-12-31
    const std::int64_t* seconds = value.if_int64();
    if (seconds == nullptr || *seconds < 0 || *seconds > kFarFuture) return {};
    return Timestamp{std::chrono::seconds{*seconds}};
}

/// Whether the claim, if there, names a time that has come (give or take the leeway).
bool has_come(const json::object& claims, std::string_view name, Timestamp at) {
    const json::value* value = claims.if_contains(name);
    if (value == nullptr) return true;
    const auto time = time_claim(*value);
    return time && *time <= at + kClockLeeway;
}

} // namespace

struct JwsKey::Handle {
    Handle() {
        if (r_global_init() != RHN_OK || r_jwk_init(&jwk) != RHN_OK) throw std::runtime_error{"rhonabwy: no key"};
    }
    ~Handle() { r_jwk_free(jwk); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    std::string_view property(const char* name) const { return text_of(r_jwk_get_property_str(jwk, name)); }

    jwk_t* jwk = nullptr;
    jwa_alg algorithm = R_JWA_ALG_NONE;
    std::string id;
};

JwsKey::JwsKey(std::unique_ptr<Handle> handle) : handle_{std::move(handle)} {}
JwsKey::~JwsKey() = default;
JwsKey::JwsKey(JwsKey&&) noexcept = default;
JwsKey& JwsKey::operator=(JwsKey&&) noexcept = default;

JwsKey JwsKey::from_secret(std::string_view secret) {
    if (secret.size() < kSecretBytesMin)
        throw std::runtime_error{"is too short: " + std::to_string(kSecretBytesMin) + " bytes are needed"};
    auto handle = std::make_unique<Handle>();
    if (r_jwk_import_from_symmetric_key(handle->jwk, bytes_of(secret), secret.size()) != RHN_OK)
        throw std::runtime_error{"cannot be used"};
    handle->algorithm = R_JWA_ALG_HS256;
    return JwsKey{std::move(handle)};
}

JwsKey JwsKey::from_pem(std::string_view pem) {
    auto handle = std::make_unique<Handle>();
    if (r_jwk_import_from_pem_der(handle->jwk, R_X509_TYPE_PUBKEY, R_FORMAT_PEM, bytes_of(pem), pem.size()) != RHN_OK)
        throw std::runtime_error{"is no public key in PEM form (-----BEGIN PUBLIC KEY-----)"};
    auto key = pinned(std::move(handle));
    if (!key) throw std::runtime_error{"must be RSA, EC P-256 or Ed25519"};
    return std::move(*key);
}

std::optional<JwsKey> JwsKey::from_jwk(const json::object& jwk) {
    if (jwk.contains("d")) throw std::runtime_error{"holds a private key, which nobody else should have"};
    const json::string* use = text_claim(jwk, "use");
    const json::string* type = text_claim(jwk, "kty");
    if (type == nullptr || *type == "oct" || (use != nullptr && *use != "sig")) return {};
    auto handle = std::make_unique<Handle>();
    if (r_jwk_import_from_json_str(handle->jwk, json::serialize(jwk).c_str()) != RHN_OK) return {};
    auto key = pinned(std::move(handle));
    const json::string* algorithm = text_claim(jwk, "alg");
    if (key && algorithm != nullptr && *algorithm != text_of(r_jwa_alg_to_str(key->handle_->algorithm))) return {};
    return key;
}

std::optional<JwsKey> JwsKey::pinned(std::unique_ptr<Handle> handle) {
    unsigned int bits = 0;
    const int type = r_jwk_key_type(handle->jwk, &bits, R_FLAG_IGNORE_REMOTE);
    if ((type & R_KEY_TYPE_PUBLIC) == 0) return {};
    if ((type & R_KEY_TYPE_RSA) != 0) {
        if (bits < kRsaBitsMin) throw std::runtime_error{"is an RSA key of less than 2048 bits"};
        handle->algorithm = R_JWA_ALG_RS256;
    } else if (handle->property("crv") == "P-256") {
        handle->algorithm = R_JWA_ALG_ES256;
    } else if (handle->property("crv") == "Ed25519") {
        handle->algorithm = R_JWA_ALG_EDDSA;
    } else {
        return {};
    }
    handle->id = handle->property("kid");
    return JwsKey{std::move(handle)};
}

std::string JwsKey::sign(const json::object& claims) const {
    const Jwt jwt = make_jwt();
    r_jwt_set_sign_alg(jwt.get(), handle_->algorithm);
    r_jwt_set_full_claims_json_str(jwt.get(), json::serialize(claims).c_str());
    const Text token{r_jwt_serialize_signed(jwt.get(), handle_->jwk, 0)};
    if (!token) throw std::runtime_error{"rhonabwy: cannot sign"};
    return token.get();
}

/// A token on its way through `open_jws`.
struct JwsToken {
    jwt_t& jwt;
    jwa_alg algorithm;
    std::string_view key_id;

    /// A token without a `kid` may be of any key, and a key without one may check any token.
    bool is_for(const JwsKey& key) const {
        const JwsKey::Handle& handle = *key.handle_;
        return handle.algorithm == algorithm && (key_id.empty() || handle.id.empty() || handle.id == key_id);
    }
    bool is_signed_by(const JwsKey& key) const {
        return r_jwt_verify_signature(&jwt, key.handle_->jwk, R_FLAG_IGNORE_REMOTE) == RHN_OK;
    }
};

Result<json::object> open_jws(std::string_view token, std::span<const JwsKey> keys) {
    if (token.size() > kTokenBytesMax || !is_compact_jws(token)) return Errc::token_invalid;
    const Jwt jwt = make_jwt();
    if (r_jwt_advanced_parsen(jwt.get(), token.data(), token.size(), R_PARSE_NONE, R_FLAG_IGNORE_REMOTE) != RHN_OK)
        return Errc::token_invalid;
    if (r_jwt_get_type(jwt.get()) != R_JWT_TYPE_SIGN || !header_is_plain(*jwt)) return Errc::token_invalid;
    const JwsToken parsed{*jwt, r_jwt_get_sign_alg(jwt.get()), text_of(r_jwt_get_header_str_value(jwt.get(), "kid"))};
    const bool is_signed =
        std::ranges::any_of(keys, [&](const JwsKey& key) { return parsed.is_for(key) && parsed.is_signed_by(key); });
    if (!is_signed) return Errc::token_invalid;

    const Text text{r_jwt_get_full_claims_str(jwt.get())};
    if (!text) return Errc::token_invalid;
    error_code error;
    json::value claims = json::parse(text.get(), error);
    if (error || !claims.is_object()) return Errc::token_invalid;
    return std::move(claims.get_object());
}

Result<Timestamp> check_times(const json::object& claims, Timestamp at) {
    const json::value* exp = claims.if_contains("exp");
    const auto expires_at = exp == nullptr ? std::nullopt : time_claim(*exp);
    if (!expires_at || !has_come(claims, "iat", at) || !has_come(claims, "nbf", at)) return Errc::token_invalid;
    if (*expires_at <= at) return Errc::token_expired;
    return *expires_at;
}

const json::string* text_claim(const json::object& claims, std::string_view name) {
    const json::value* value = claims.if_contains(name);
    return value == nullptr ? nullptr : value->if_string();
}

} // namespace hubbub::chat
