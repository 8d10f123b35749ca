#include "gateway/rest/session_cookie.hpp"

#include "base/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace hubbub::gateway {
namespace {

constexpr std::string_view kName = "hubbub-refresh";
// Browsers take a cookie so named over HTTPS alone, from this very host (RFC 6265bis, 4.1.3.2).
constexpr std::string_view kHostPrefix = "__Host-";
constexpr std::size_t kPortDigitsMax = 5;

/// Takes `prefix` off the head of `text`, if it is there.
bool consume(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// Of `host`, `host:port` or `[v6]:port`; empty: none.
std::string_view port_of(std::string_view authority) {
    const auto colon = authority.rfind(':');
    if (colon == std::string_view::npos || authority.ends_with(']')) return {};
    return authority.substr(colon + 1);
}

std::string_view value_of(std::string_view cookies, std::string_view name) {
    while (!cookies.empty()) {
        std::string_view pair = cookies.substr(0, cookies.find(';'));
        cookies.remove_prefix(std::min(cookies.size(), pair.size() + 1));
        pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
        if (consume(pair, name) && consume(pair, "=")) return pair;
    }
    return {};
}

} // namespace

SessionCookie::SessionCookie(std::string name, bool secure, std::string_view cookies)
    : name_{std::move(name)}, secure_{secure}, token_{value_of(cookies, name_)} {}

Outcome<SessionCookie> SessionCookie::of(const net::http::Request& request) {
    const Failure foreign{ErrorName::auth_foreign_origin};
    std::string_view authority = request.headers.get("Origin");
    const bool secure = consume(authority, "https://");
    if (!secure && !consume(authority, "http://")) return foreign;
    // Browsers send this to trustworthy addresses only: over plain HTTP the two names have to do.
    const std::string_view site = request.headers.get("Sec-Fetch-Site");
    const bool own = site.empty() ? authority == request.headers.get("Host") : site == "same-origin";
    if (!own) return foreign;
    const std::string_view port = port_of(authority);
    if (port.size() > kPortDigitsMax || !std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; }))
        return foreign;
    auto name = fmt::format("{}{}{}{}", secure ? kHostPrefix : "", kName, port.empty() ? "" : "-", port);
    return SessionCookie{std::move(name), secure, request.headers.get("Cookie")};
}

std::string SessionCookie::keep(std::string_view refresh_token) const {
    constexpr std::chrono::seconds kLife = limits::kRefreshTokenTtl;
    return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", name_, refresh_token, kLife.count(),
                       secure_ ? "; Secure" : "");
}

std::string SessionCookie::forget() const {
    return fmt::format("{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{}", name_, secure_ ? "; Secure" : "");
}

} // namespace hubbub::gateway
