#include "chat/accounts/rules.hpp"

#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "chat/text.hpp"

#include <algorithm>
#include <cctype>

namespace hubbub::chat {

Result<std::string> parse_username(std::string_view text) {
    if (!std::ranges::all_of(text, is_in_username)) return Errc::bad_format;
    if (text.size() < limits::kUsernameMin) return Errc::too_short;
    if (text.size() > limits::kUsernameMax) return Errc::too_long;
    return std::string{text};
}

std::string make_username(std::string_view wish) {
    std::string name;
    for (const char c : wish) {
        if (is_in_username(c)) {
            name += c;
        } else if (!name.empty() && name.back() != '-') {
            name += '-';
        }
    }
    if (name.size() < limits::kUsernameMin) name = name.empty() ? "user" : "user-" + name;
    name.resize(std::min(name.size(), limits::kUsernameMax));
    return name;
}

Result<std::string> parse_username_prefix(std::string_view text) {
    if (!std::ranges::all_of(text, is_in_username)) return Errc::bad_format;
    if (text.empty()) return Errc::too_short;
    if (text.size() > limits::kUsernameMax) return Errc::too_long;
    std::string prefix{text};
    for (char& c : prefix) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return prefix;
}

Result<std::string> parse_password(std::string_view text) {
    if (text.size() < limits::kPasswordBytesMin) return Errc::too_short;
    if (text.size() > limits::kPasswordBytesMax) return Errc::too_long;
    if (text.find('\0') != std::string_view::npos) return Errc::bad_format;
    return std::string{text};
}

Result<std::string> parse_display_name(std::string_view text) {
    return parse_name(text, limits::kDisplayNameMax);
}

} // namespace hubbub::chat
