#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace hubbub::net::http {

/// Percent-decodes. Nothing if an escape is broken, or if the result holds a control character or is not UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

/// A request target (RFC 9112, 3.2) taken apart.
struct Target {
    std::string origin_form;              ///< path and query as received
    std::string path;                     ///< decoded
    std::string query;                    ///< as received, without `?`
    std::optional<std::string> authority; ///< of an absolute-form target
};

/// Origin form, absolute form (`http` and `https`), and `*` for OPTIONS. Nothing for any other form, for a fragment,
/// broken escapes, invalid UTF-8 and `.` or `..` segments (also encoded ones).
std::optional<Target> parse_target(std::string_view method, std::string_view target);

/// Whether `host` can be the value of a Host field: `uri-host [":" port]` (RFC 9110, 7.2), or empty.
bool is_host(std::string_view host);

} // namespace hubbub::net::http
