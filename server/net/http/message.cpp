#include "net/http/message.hpp"

#include "net/http/internal/text.hpp"
#include "net/http/internal/uri.hpp"

#include <algorithm>
#include <optional>

namespace hubbub::net::http {
namespace {

/// The raw value of the first parameter whose decoded name is `name`.
std::optional<std::string_view> find_parameter(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const std::string_view parameter = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), parameter.size() + 1));
        const std::size_t equals = std::min(parameter.find('='), parameter.size());
        if (percent_decode(parameter.substr(0, equals), true) != name) continue;
        return parameter.substr(std::min(equals + 1, parameter.size()));
    }
    return std::nullopt;
}

Response response_of(int status, std::string content_type, std::string body) {
    Response response;
    response.status = status;
    response.headers.add("Content-Type", std::move(content_type));
    response.body = std::move(body);
    return response;
}

} // namespace

std::string_view Fields::get(std::string_view name) const {
    for (const auto& [field, value] : fields_)
        if (equal_ignoring_case(field, name)) return value;
    return {};
}

std::size_t Fields::count(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(
        fields_.begin(), fields_.end(), [&](const Field& field) { return equal_ignoring_case(field.first, name); }));
}

std::string Request::query_value(std::string_view name) const {
    const auto raw = find_parameter(query, name);
    return raw ? percent_decode(*raw, true).value_or(std::string{}) : std::string{};
}

bool Request::has_query(std::string_view name) const {
    return find_parameter(query, name).has_value();
}

Response json_response(int status, std::string body) {
    return response_of(status, "application/json", std::move(body));
}

Response text_response(int status, std::string body) {
    return response_of(status, "text/plain; charset=UTF-8", std::move(body));
}

} // namespace hubbub::net::http
