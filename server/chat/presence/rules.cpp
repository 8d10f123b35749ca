#include "chat/presence/rules.hpp"

#include "base/limits.hpp"
#include "chat/text.hpp"

namespace hubbub::chat {

Result<std::string> parse_status_text(std::string_view text) {
    return parse_line(text, limits::kStatusTextMax);
}

} // namespace hubbub::chat
