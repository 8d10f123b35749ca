#include "base/clock.hpp"

#include <fmt/chrono.h>

#include <string_view>

namespace hubbub {

Timestamp now() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string to_rfc3339(Timestamp time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::optional<Timestamp> parse_rfc3339(std::string text) {
    using namespace std::chrono;
    constexpr std::string_view kPattern = "0000-00-00T00:00:00.000Z";
    if (text.size() == kPattern.size() - 4) text.insert(text.size() - 1, ".000");
    if (text.size() != kPattern.size()) return {};
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (kPattern[i] == '0' ? !is_digit : text[i] != kPattern[i]) return {};
    }
    const auto number = [&](std::size_t from, std::size_t count) { return std::stoi(text.substr(from, count)); };
    const auto part = [&](std::size_t from) { return static_cast<unsigned>(number(from, 2)); };
    const year_month_day date{year{number(0, 4)}, month{part(5)}, day{part(8)}};
    if (!date.ok() || number(0, 4) >= 3000 || part(11) > 23 || part(14) > 59 || part(17) > 59) return {};
    return sys_days{date} + hours{part(11)} + minutes{part(14)} + seconds{part(17)} + milliseconds{number(20, 3)};
}

} // namespace hubbub
