#include "chat/text.hpp"

#include "chat/errc.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>

namespace hubbub::chat {

std::int32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    if (lead < 0x80) return lead;
    const int following = lead < 0xC2 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : lead < 0xF5 ? 3 : 0;
    if (following == 0) return -1;
    std::int32_t point = lead & (0x3F >> following);
    for (int i = 0; i < following; ++i) {
        if (at == text.size()) return -1;
        const auto byte = static_cast<unsigned char>(text[at++]);
        if ((byte & 0xC0) != 0x80) return -1;
        point = (point << 6) | (byte & 0x3F);
    }
    constexpr std::int32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    return point < kSmallest[following] || surrogate || point > 0x10FFFF ? -1 : point;
}

namespace {

bool is_control(std::int32_t point) {
    return point < 0x20 || (point >= 0x7F && point < 0xA0);
}

/// Characters that make one name look like another, or a line look like two.
bool is_deceptive(std::int32_t point) {
    return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) || point == 0x2028 ||
           point == 0x2029 || point == 0x200E || point == 0x200F || point == 0x061C || point == 0x200B ||
           point == 0x2060 || point == 0xFEFF;
}

/// Unicode White_Space, and what has no width.
bool is_invisible(std::int32_t point) {
    return point <= 0x20 || point == 0x85 || point == 0xA0 || point == 0xAD || point == 0x034F || point == 0x115F ||
           point == 0x1160 || point == 0x1680 || point == 0x180E || (point >= 0x2000 && point <= 0x200F) ||
           (point >= 0x2028 && point <= 0x202F) || (point >= 0x205F && point <= 0x206F) || point == 0x2800 ||
           point == 0x3000 || point == 0x3164 || (point >= 0xFE00 && point <= 0xFE0F) || point == 0xFEFF ||
           point == 0xFFA0;
}

/// How many non-starters (combining marks) a character begins and ends with when it is fully decomposed.
struct CombiningMarks {
    std::size_t leading = 0;
    std::size_t trailing = 0;
    bool has_starter = true;
};

CombiningMarks marks_of(std::int32_t point) {
    constexpr std::uint16_t kNoDecomposition = 0xFFFF;
    if (point < 0xA0) return {};
    const utf8proc_property_t* property = utf8proc_get_property(point);
    if (property->decomp_seqindex == kNoDecomposition)
        return property->combining_class == 0 ? CombiningMarks{} : CombiningMarks{1, 1, false};
    std::array<std::int32_t, 32> parts; // the longest is 18 (U+FDFA)
    const auto count = utf8proc_decompose_char(point, parts.data(), static_cast<utf8proc_ssize_t>(parts.size()),
                                               utf8proc_option_t(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT), nullptr);
    const auto is_starter = [](std::int32_t part) { return utf8proc_get_property(part)->combining_class == 0; };
    const auto end = parts.begin() + std::clamp<std::ptrdiff_t>(count, 0, parts.size());
    const auto first = std::find_if(parts.begin(), end, is_starter);
    CombiningMarks marks;
    marks.has_starter = first != end;
    marks.leading = static_cast<std::size_t>(first - parts.begin());
    while (marks.trailing < static_cast<std::size_t>(end - first) && !is_starter(*(end - 1 - marks.trailing)))
        ++marks.trailing;
    return marks;
}

/// Unicode's stream-safe text (UAX #15, 13): to put marks into their order costs the square of a run's length, here, in
/// the database and in every client.
class StreamSafe {
  public:
    bool accepts(std::int32_t point) {
        const CombiningMarks marks = marks_of(point);
        const std::size_t run = run_ + marks.leading;
        run_ = marks.has_starter ? marks.trailing : run;
        return run <= kMarksMax;
    }

  private:
    static constexpr std::size_t kMarksMax = 30;
    std::size_t run_ = 0;
};

} // namespace

Result<TextFacts> examine(std::string_view text, TextKind kind) {
    TextFacts facts;
    StreamSafe marks;
    for (std::size_t at = 0; at < text.size(); ++facts.characters) {
        const std::int32_t point = next_code_point(text, at);
        if (point < 0) return Errc::bad_format;
        const bool layout = kind == TextKind::block && (point == '\n' || point == '\t');
        if (is_control(point) && !layout) return Errc::bad_format;
        if (kind == TextKind::line && is_deceptive(point)) return Errc::bad_format;
        if (!marks.accepts(point)) return Errc::bad_format;
        if (!is_invisible(point)) facts.blank = false;
    }
    return facts;
}

bool is_in_username(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
}

std::string to_nfc(std::string_view text) {
    if (std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; })) return std::string{text};
    utf8proc_uint8_t* composed = nullptr;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    const auto size = static_cast<utf8proc_ssize_t>(text.size());
    const auto length =
        utf8proc_map(bytes, size, &composed, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (length == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc{};
    if (length < 0) return std::string{text}; // not UTF-8
    const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owned{composed, std::free};
    return {reinterpret_cast<const char*>(composed), static_cast<std::size_t>(length)};
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

namespace {

constexpr std::size_t kCharacterBytesMax = 4;

Result<std::string> parse_trimmed(std::string_view text, std::size_t characters_max, bool may_be_blank) {
    const std::string_view line = trim(text);
    if (line.size() > characters_max * kCharacterBytesMax) return Errc::too_long; // before each of them is looked at
    const auto facts = examine(line, TextKind::line);
    if (!facts) return facts.error();
    if (facts->blank && !may_be_blank) return Errc::too_short;
    if (facts->characters > characters_max) return Errc::too_long;
    return to_nfc(line);
}

} // namespace

Result<std::string> parse_name(std::string_view text, std::size_t characters_max) {
    return parse_trimmed(text, characters_max, false);
}

Result<std::string> parse_line(std::string_view text, std::size_t characters_max) {
    return parse_trimmed(text, characters_max, true);
}

} // namespace hubbub::chat
