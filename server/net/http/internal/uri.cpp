#include "net/http/internal/uri.hpp"

#include "net/http/internal/text.hpp"
#include "net/utf8.hpp"

#include <algorithm>

namespace hubbub::net::http {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool has_dot_segment(std::string_view path) {
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        if (segment == "." || segment == "..") return true;
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    }
    return false;
}

/// Splits `http://authority/path?query` into authority and the rest; nothing if it is not such a URI.
std::optional<std::string_view> take_authority(std::string_view& target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
        target.remove_prefix(scheme.size());
        const std::string_view authority = target.substr(0, target.find_first_of("/?"));
        target.remove_prefix(authority.size());
        return authority;
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
    if (text.find('%') == std::string_view::npos && (!plus_is_space || text.find('+') == std::string_view::npos) &&
        std::none_of(text.begin(), text.end(), is_control) && is_utf8(text))
        return std::string{text};
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (text.size() - i < 3) return std::nullopt;
            const int high = hex_digit(text[i + 1]);
            const int low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if (is_control(c)) return std::nullopt;
        decoded.push_back(c);
    }
    if (!is_utf8(decoded)) return std::nullopt;
    return decoded;
}

std::optional<Target> parse_target(std::string_view method, std::string_view target) {
    Target parsed;
    // Every octet outside the visible ASCII has to be escaped.
    if (!std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '#'; }))
        return std::nullopt;
    if (const auto authority = take_authority(target)) {
        if (authority->empty() || !is_host(*authority)) return std::nullopt;
        parsed.authority = *authority;
        if (!target.starts_with('/')) parsed.origin_form = "/";
    } else if (target == "*" && method == "OPTIONS") {
        parsed.origin_form = parsed.path = "*";
        return parsed;
    } else if (!target.starts_with('/')) {
        return std::nullopt;
    }
    parsed.origin_form += target;

    const std::size_t question = parsed.origin_form.find('?');
    if (question != std::string::npos) parsed.query = parsed.origin_form.substr(question + 1);
    auto path = percent_decode(std::string_view{parsed.origin_form}.substr(0, question), false);
    if (!path || has_dot_segment(*path) || !percent_decode(parsed.query, true)) return std::nullopt;
    parsed.path = std::move(*path);
    return parsed;
}

bool is_host(std::string_view host) {
    constexpr std::string_view kAllowed = "-._~!$&'()*+,;=%:[]";
    return std::all_of(host.begin(), host.end(), [&](char c) {
        const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return alphanumeric || kAllowed.find(c) != std::string_view::npos;
    });
}

} // namespace hubbub::net::http
