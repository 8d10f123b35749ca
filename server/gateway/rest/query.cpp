#include "gateway/rest/query.hpp"

#include "base/limits.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace hubbub::gateway {
namespace {

constexpr std::size_t kCursorBytesMax = 256;

bool is_visible_ascii(char c) {
    return c > ' ' && c <= '~';
}

} // namespace

Outcome<std::int64_t> parse_integer(std::string_view text, std::int64_t min, std::int64_t max) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range) return Failure{ErrorName::validation_range};
    if (error != std::errc{} || end != text.data() + text.size()) return Failure{ErrorName::validation_format};
    if (number < min || number > max) return Failure{ErrorName::validation_range};
    return number;
}

void Query::fail(ErrorName name, std::string_view parameter) {
    if (!failure_) failure_ = Failure{name, std::string{parameter}};
}

std::optional<std::int64_t> Query::optional_integer(std::string_view name, std::int64_t min, std::int64_t max) {
    if (failure_ || !request_.has_query(name)) return {};
    const auto number = parse_integer(request_.query_value(name), min, max);
    if (number) return *number;
    fail(number.error().name, name);
    return {};
}

std::optional<Timestamp> Query::optional_time(std::string_view name) {
    if (failure_ || !request_.has_query(name)) return {};
    auto time = parse_rfc3339(request_.query_value(name));
    if (!time) fail(ErrorName::validation_format, name);
    return time;
}

std::vector<UserId> Query::user_ids(std::string_view name, std::size_t count_max) {
    std::vector<UserId> ids;
    if (!request_.has_query(name)) fail(ErrorName::validation_missing, name);
    const std::string list = request_.query_value(name);
    std::string_view rest = list;
    while (!failure_) {
        const std::size_t comma = rest.find(',');
        const auto id = parse_integer(rest.substr(0, comma), 1, kJsonIntegerMax);
        if (!id) {
            fail(id.error().name, name);
        } else if (ids.size() == count_max) {
            fail(ErrorName::validation_too_long, name);
        } else {
            ids.push_back(UserId{*id});
        }
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
    }
    return ids;
}

std::size_t Query::limit(std::size_t standard, std::size_t max) {
    const auto limit = optional_integer("limit", 1, static_cast<std::int64_t>(max));
    return limit ? static_cast<std::size_t>(*limit) : standard;
}

chat::PageQuery Query::page() {
    chat::PageQuery page;
    page.limit = limit(limits::kListPageDefault, limits::kListPageMax);
    if (!request_.has_query("cursor")) return page;
    page.cursor = request_.query_value("cursor");
    const bool plain = std::ranges::all_of(*page.cursor, is_visible_ascii);
    if (page.cursor->empty() || page.cursor->size() > kCursorBytesMax || !plain)
        fail(ErrorName::validation_format, "cursor");
    return page;
}

std::string Query::text(std::string_view name, TextRule rule) {
    if (failure_ || !request_.has_query(name)) return {};
    auto text = rule(request_.query_value(name));
    if (text) return std::move(*text);
    fail(to_failure(text.error()).name, name);
    return {};
}

} // namespace hubbub::gateway
