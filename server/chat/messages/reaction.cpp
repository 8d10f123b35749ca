// What may stand under a message as a reaction.
#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "chat/messages/rules.hpp"
#include "chat/text.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace hubbub::chat {
namespace {

using Point = std::int32_t;

struct Range {
    Point first;
    Point last;
};

/// Unicode's Extended_Pictographic (emoji-data.txt 15.0), neighbours drawn together.
constexpr Range kPictures[] = {
    {0x00A9, 0x00A9},   {0x00AE, 0x00AE},   {0x203C, 0x203C},   {0x2049, 0x2049},   {0x2122, 0x2122},
    {0x2139, 0x2139},   {0x2194, 0x2199},   {0x21A9, 0x21AA},   {0x231A, 0x231B},   {0x2328, 0x2328},
    {0x2388, 0x2388},   {0x23CF, 0x23CF},   {0x23E9, 0x23F3},   {0x23F8, 0x23FA},   {0x24C2, 0x24C2},
    {0x25AA, 0x25AB},   {0x25B6, 0x25B6},   {0x25C0, 0x25C0},   {0x25FB, 0x25FE},   {0x2600, 0x2605},
    {0x2607, 0x2612},   {0x2614, 0x2685},   {0x2690, 0x2705},   {0x2708, 0x2712},   {0x2714, 0x2714},
    {0x2716, 0x2716},   {0x271D, 0x271D},   {0x2721, 0x2721},   {0x2728, 0x2728},   {0x2733, 0x2734},
    {0x2744, 0x2744},   {0x2747, 0x2747},   {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},
    {0x2757, 0x2757},   {0x2763, 0x2767},   {0x2795, 0x2797},   {0x27A1, 0x27A1},   {0x27B0, 0x27B0},
    {0x27BF, 0x27BF},   {0x2934, 0x2935},   {0x2B05, 0x2B07},   {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},
    {0x2B55, 0x2B55},   {0x3030, 0x3030},   {0x303D, 0x303D},   {0x3297, 0x3297},   {0x3299, 0x3299},
    {0x1F000, 0x1F0FF}, {0x1F10D, 0x1F10F}, {0x1F12F, 0x1F12F}, {0x1F16C, 0x1F171}, {0x1F17E, 0x1F17F},
    {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F1AD, 0x1F1E5}, {0x1F201, 0x1F20F}, {0x1F21A, 0x1F21A},
    {0x1F22F, 0x1F22F}, {0x1F232, 0x1F23A}, {0x1F23C, 0x1F23F}, {0x1F249, 0x1F3FA}, {0x1F400, 0x1F53D},
    {0x1F546, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F774, 0x1F77F}, {0x1F7D5, 0x1F7FF}, {0x1F80C, 0x1F80F},
    {0x1F848, 0x1F84F}, {0x1F85A, 0x1F85F}, {0x1F888, 0x1F88F}, {0x1F8AE, 0x1F8FF}, {0x1F90C, 0x1F93A},
    {0x1F93C, 0x1F945}, {0x1F947, 0x1FAFF}, {0x1FC00, 0x1FFFD},
};

constexpr Point kJoiner = 0x200D;
constexpr Point kEmojiStyle = 0xFE0F;
constexpr Point kKeycap = 0x20E3;
constexpr Point kTagEnd = 0xE007F;

bool in(Range range, Point point) {
    return point >= range.first && point <= range.last;
}
bool is_picture(Point point) {
    return std::ranges::any_of(kPictures, [point](Range range) { return in(range, point); });
}
bool is_regional(Point point) {
    return in({0x1F1E6, 0x1F1FF}, point);
}
bool is_skin_tone(Point point) {
    return in({0x1F3FB, 0x1F3FF}, point);
}
bool is_keycap_base(Point point) {
    return in({'0', '9'}, point) || point == '#' || point == '*';
}

/// UTS #51, ED-17: a flag, a keycap, or pictures joined, each with a style, a skin tone, or tags.
bool is_emoji(const std::vector<Point>& points) {
    const std::size_t size = points.size();
    if (size == 2 && is_regional(points[0])) return is_regional(points[1]);
    if (size >= 2 && is_keycap_base(points[0]))
        return points.back() == kKeycap && (size == 2 || (size == 3 && points[1] == kEmojiStyle));
    for (std::size_t at = 0; at < size;) {
        if (!is_picture(points[at]) && !is_skin_tone(points[at])) return false;
        ++at;
        if (at < size && (points[at] == kEmojiStyle || is_skin_tone(points[at]))) ++at;
        const std::size_t tags = at;
        while (at < size && in({0xE0020, kTagEnd}, points[at])) ++at;
        if (at != tags && points[at - 1] != kTagEnd) return false;
        if (at == size) return true;
        if (points[at++] != kJoiner) return false;
    }
    return false;
}

bool in_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
}

} // namespace

Result<std::string> parse_reaction(std::string_view text) {
    if (text.empty()) return Errc::too_short;
    if (text.size() > limits::kReactionBytesMax) return Errc::too_long;
    if (text.front() == ':') {
        if (text.size() < 3 || text.back() != ':') return Errc::bad_format;
        const std::string_view name = text.substr(1, text.size() - 2);
        if (!std::ranges::all_of(name, in_name)) return Errc::bad_format;
        if (name.size() > limits::kReactionNameMax) return Errc::too_long;
        return std::string{text};
    }
    std::vector<Point> points;
    for (std::size_t at = 0; at < text.size();) {
        points.push_back(next_code_point(text, at));
        if (points.back() < 0) return Errc::bad_format;
    }
    if (!is_emoji(points)) return Errc::bad_format;
    return std::string{text};
}

} // namespace hubbub::chat
