#include "chat/auth/access_token.hpp"

#include "chat/errc.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <rhonabwy.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace hubbub::chat {
namespace {

namespace json = boost::json;

constexpr std::string_view kIssuer = "hubbub";
constexpr std::string_view kAudience = "hubbub";
constexpr std::string_view kType = "access";

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

std::optional<std::int64_t> id_claim(const json::object& claims, std::string_view name) {
    const json::value* value = claims.if_contains(name);
    if (value == nullptr || !value->is_string()) return {};
    const json::string& text = value->get_string();
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || id < 1 || id > kJsonIntegerMax || text[0] == '0') return {};
    return id;
}

/// A NumericDate (RFC 7519, 2) in whole seconds within what the clock can hold.
std::optional<Timestamp> time_claim(const json::value& value) {
    constexpr std::int64_t kFarFuture = 253'402'300'799; // 9999-12-31
    const std::int64_t* seconds = value.if_int64();
    if (seconds == nullptr || *seconds < 0 || *seconds > kFarFuture) return {};
    return Timestamp{std::chrono::seconds{*seconds}};
}

bool text_claim_is(const json::object& claims, std::string_view name, std::string_view expected) {
    const json::value* value = claims.if_contains(name);
    return value != nullptr && value->is_string() && value->get_string() == expected;
}

/// Whether the claim, if there, names a time that has come (give or take the leeway).
bool has_come(const json::object& claims, std::string_view name, Timestamp at) {
    const json::value* value = claims.if_contains(name);
    if (value == nullptr) return true;
    const auto time = time_claim(*value);
    return time && *time <= at + AccessTokens::kClockLeeway;
}

Result<AccessClaims> check_claims(const json::object& claims, Timestamp at) {
    const auto user = id_claim(claims, "sub");
    const auto session = id_claim(claims, "sid");
    const json::value* exp = claims.if_contains("exp");
    const auto expires_at = exp == nullptr ? std::nullopt : time_claim(*exp);
    if (!user || !session || !expires_at) return Errc::token_invalid;
    if (!text_claim_is(claims, "iss", kIssuer) || !text_claim_is(claims, "aud", kAudience)) return Errc::token_invalid;
    if (!text_claim_is(claims, "typ", kType)) return Errc::token_invalid;
    if (!has_come(claims, "iat", at) || !has_come(claims, "nbf", at)) return Errc::token_invalid;
    if (*expires_at <= at) return Errc::token_expired;
    return AccessClaims{UserId{*user}, SessionId{*session}, *expires_at};
}

std::int64_t seconds(Timestamp time) {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

} // namespace

struct AccessTokens::Key {
    jwk_t* jwk = nullptr;
    ~Key() { r_jwk_free(jwk); }
};

AccessTokens::AccessTokens(std::string_view secret) : key_{std::make_unique<Key>()} {
    const auto* bytes = reinterpret_cast<const unsigned char*>(secret.data());
    if (r_global_init() != RHN_OK || r_jwk_init(&key_->jwk) != RHN_OK ||
        r_jwk_import_from_symmetric_key(key_->jwk, bytes, secret.size()) != RHN_OK) {
        throw std::runtime_error{"rhonabwy: the token secret cannot be used"};
    }
}

AccessTokens::~AccessTokens() = default;
AccessTokens::AccessTokens(AccessTokens&&) noexcept = default;

std::string AccessTokens::issue(const AccessClaims& claims, Timestamp issued_at) const {
    const json::object body{{"sub", std::to_string(claims.user.value)},
                            {"sid", std::to_string(claims.session.value)},
                            {"iat", seconds(issued_at)},
                            {"exp", seconds(claims.expires_at)},
                            {"iss", kIssuer},
                            {"aud", kAudience},
                            {"typ", kType}};
    const Jwt jwt = make_jwt();
    r_jwt_set_sign_alg(jwt.get(), R_JWA_ALG_HS256);
    r_jwt_set_full_claims_json_str(jwt.get(), json::serialize(body).c_str());
    const Text token{r_jwt_serialize_signed(jwt.get(), key_->jwk, 0)};
    if (!token) throw std::runtime_error{"rhonabwy: cannot sign"};
    return token.get();
}

Result<AccessClaims> AccessTokens::verify(std::string_view token, Timestamp at) const {
    if (token.size() > kTokenBytesMax || !is_compact_jws(token)) return Errc::token_invalid;
    const Jwt jwt = make_jwt();
    if (r_jwt_advanced_parsen(jwt.get(), token.data(), token.size(), R_PARSE_NONE, R_FLAG_IGNORE_REMOTE) != RHN_OK) {
        return Errc::token_invalid;
    }
    if (r_jwt_get_type(jwt.get()) != R_JWT_TYPE_SIGN || r_jwt_get_sign_alg(jwt.get()) != R_JWA_ALG_HS256 ||
        !header_is_plain(*jwt)) {
        return Errc::token_invalid;
    }
    if (r_jwt_verify_signature(jwt.get(), key_->jwk, 0) != RHN_OK) return Errc::token_invalid;

    const Text text{r_jwt_get_full_claims_str(jwt.get())};
    if (!text) return Errc::token_invalid;
    error_code error;
    const json::value claims = json::parse(text.get(), error);
    if (error || !claims.is_object()) return Errc::token_invalid;
    return check_claims(claims.get_object(), at);
}

} // namespace hubbub::chat
