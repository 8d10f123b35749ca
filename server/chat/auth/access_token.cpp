#include "chat/auth/access_token.hpp"

#include "chat/errc.hpp"

#include <boost/json/object.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>

namespace hubbub::chat {
namespace {

namespace json = boost::json;

constexpr std::string_view kIssuer = "hubbub";
constexpr std::string_view kAudience = "hubbub";
constexpr std::string_view kType = "access";

std::optional<std::int64_t> id_claim(const json::object& claims, std::string_view name) {
    const json::string* text = text_claim(claims, name);
    if (text == nullptr) return {};
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), id);
    const bool whole = error == std::errc{} && end == text->data() + text->size();
    if (!whole || id < 1 || id > kJsonIntegerMax || text->front() == '0') return {};
    return id;
}

bool text_claim_is(const json::object& claims, std::string_view name, std::string_view expected) {
    const json::string* text = text_claim(claims, name);
    return text != nullptr && *text == expected;
}

Result<AccessClaims> check_claims(const json::object& claims, Timestamp at) {
    const auto user = id_claim(claims, "sub");
    const auto session = id_claim(claims, "sid");
    if (!user || !session) return Errc::token_invalid;
    if (!text_claim_is(claims, "iss", kIssuer) || !text_claim_is(claims, "aud", kAudience)) return Errc::token_invalid;
    if (!text_claim_is(claims, "typ", kType)) return Errc::token_invalid;
    const auto expires_at = check_times(claims, at);
    if (!expires_at) return expires_at.error();
    return AccessClaims{UserId{*user}, SessionId{*session}, *expires_at};
}

std::int64_t seconds(Timestamp time) {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

} // namespace

std::string AccessTokens::issue(const AccessClaims& claims, Timestamp issued_at) const {
    const json::object body{{"sub", std::to_string(claims.user.value)},
                            {"sid", std::to_string(claims.session.value)},
                            {"iat", seconds(issued_at)},
                            {"exp", seconds(claims.expires_at)},
                            {"iss", kIssuer},
                            {"aud", kAudience},
                            {"typ", kType}};
    return key_.sign(body);
}

Result<AccessClaims> AccessTokens::verify(std::string_view token, Timestamp at) const {
    const auto claims = open_jws(token, {&key_, 1});
    if (!claims) return claims.error();
    return check_claims(*claims, at);
}

} // namespace hubbub::chat
