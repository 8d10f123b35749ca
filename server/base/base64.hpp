#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace hubbub {

/// RFC 4648, section 4, with padding.
std::string base64_encode(std::string_view bytes);

/// Padding may be missing; anything else that is not base64 yields nothing.
std::optional<std::string> base64_decode(std::string_view text);

} // namespace hubbub
