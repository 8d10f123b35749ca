#include "net/http/accept.hpp"

#include "net/http/internal/text.hpp"

#include <algorithm>

namespace hubbub::net::http {
namespace {

/// `q=0`, `q=0.0` and so on: not acceptable.
bool zero_weight(std::string_view parameter) {
    if (!equal_ignoring_case(parameter.substr(0, 2), "q=")) return false;
    return std::ranges::all_of(parameter.substr(2), [](char c) { return c == '0' || c == '.'; });
}

} // namespace

bool accepts(const Request& request, std::string_view field, std::string_view item) {
    bool accepted = false;
    for_each_element(request.headers.get(field), [&](std::string_view element) {
        const std::size_t semicolon = std::min(element.find(';'), element.size());
        if (!equal_ignoring_case(trim(element.substr(0, semicolon)), item)) return;
        accepted = !zero_weight(trim(element.substr(std::min(semicolon + 1, element.size()))));
    });
    return accepted;
}

} // namespace hubbub::net::http
