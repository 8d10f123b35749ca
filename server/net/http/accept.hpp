#pragma once
#include "net/http/message.hpp"

#include <string_view>

namespace hubbub::net::http {

/// Whether the client takes `item`: the field, such as `Accept-Encoding`, names it with a weight other than 0 (RFC
/// 9110, 12.4.2). Wildcards do not count.
bool accepts(const Request& request, std::string_view field, std::string_view item);

} // namespace hubbub::net::http
