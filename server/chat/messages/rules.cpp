#include "chat/messages/rules.hpp"

#include "base/limits.hpp"
#include "chat/channels/rules.hpp"
#include "chat/errc.hpp"
#include "chat/text.hpp"

#include <cstdint>
#include <utility>

namespace hubbub::chat {
namespace {

constexpr std::size_t kUuidCharacters = 36;

bool is_dash_position(std::size_t at) {
    return at == 8 || at == 13 || at == 18 || at == 23;
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

} // namespace

Result<std::string> parse_content(std::string_view text) {
    if (text.size() > limits::kMessageBytesMax) return Errc::too_long;
    const auto facts = examine(text, TextKind::block);
    if (!facts) return facts.error();
    if (facts->blank) return Errc::too_short;
    auto content = to_nfc(text);
    if (content.size() > limits::kMessageBytesMax) return Errc::too_long; // a few characters are longer composed
    return content;
}

bool may_delete_of_others(ChannelType type, Role actor) {
    return may(Action::delete_of_others, type, actor);
}

Result<std::string> parse_search_text(std::string_view text) {
    return parse_name(text, limits::kSearchTextMax);
}

std::optional<std::string_view> extra_anchor(const HistoryQuery& query) {
    const std::pair<std::string_view, bool> anchors[] = {{"before", query.before.has_value()},
                                                         {"after", query.after.has_value()},
                                                         {"around", query.around.has_value()},
                                                         {"at", query.at.has_value()}};
    bool anchored = false;
    for (const auto& [name, is_set] : anchors) {
        if (is_set && anchored) return name;
        anchored = anchored || is_set;
    }
    return {};
}

Result<Uuid> parse_uuid(std::string_view text) {
    if (text.size() != kUuidCharacters) return Errc::bad_format;
    Uuid uuid{};
    std::size_t digits = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_dash_position(at)) {
            if (text[at] != '-') return Errc::bad_format;
            continue;
        }
        const int value = hex_value(text[at]);
        if (value < 0) return Errc::bad_format;
        uuid[digits / 2] = static_cast<std::uint8_t>((uuid[digits / 2] << 4) | value);
        ++digits;
    }
    return uuid;
}

std::string to_string(const Uuid& uuid) {
    constexpr char kHex[] = "0123456789abcdef";
    std::string text;
    text.reserve(kUuidCharacters);
    for (const std::uint8_t byte : uuid) {
        if (is_dash_position(text.size())) text.push_back('-');
        text.push_back(kHex[byte >> 4]);
        text.push_back(kHex[byte & 0xF]);
    }
    return text;
}

} // namespace hubbub::chat
