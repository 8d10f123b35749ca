#include "socketio/payload.hpp"

#include <fmt/format.h>

#include <cmath>

namespace hubbub::socketio {

std::string to_string(const FieldError& error) {
    return fmt::format("{}: expected {}", error.path.empty() ? "payload" : error.path, error.expected);
}

namespace internal {

bool PayloadReader::fail(std::string expected) {
    error_ = {.path = {}, .expected = std::move(expected)};
    return false;
}

void PayloadReader::in_field(std::string_view name) {
    const bool leaf = error_.path.empty() || error_.path.front() == '[';
    error_.path = fmt::format("{}{}{}", name, leaf ? "" : ".", error_.path);
}

void PayloadReader::in_element(std::size_t index) {
    const bool leaf = error_.path.empty() || error_.path.front() == '[';
    error_.path = fmt::format("[{}]{}{}", index, leaf ? "" : ".", error_.path);
}

bool PayloadReader::read_string(const boost::json::value& value, std::string& out) {
    if (!value.is_string()) return fail("string");
    out = std::string_view{value.get_string()};
    return true;
}

bool PayloadReader::read_binary(const boost::json::value& value, std::string& out) {
    const boost::json::object* const object = value.if_object();
    const boost::json::value* const mark = object == nullptr ? nullptr : object->if_contains("_placeholder");
    const boost::json::value* const num = mark == nullptr ? nullptr : object->if_contains("num");
    if (num == nullptr || *mark != boost::json::value(true) || !num->is_int64()) return fail("binary");
    const auto index = static_cast<std::size_t>(num->get_int64());
    if (num->get_int64() < 0 || index >= attachments_.size()) return fail("binary");
    out = attachments_[index];
    return true;
}

bool PayloadReader::read_number(const boost::json::value& value, double& out) {
    if (!value.is_number()) return fail("number");
    out = value.to_number<double>();
    return true;
}

bool PayloadReader::read_signed(const boost::json::value& value, std::int64_t min, std::int64_t max,
                                std::int64_t& out) {
    if (!value.is_int64() && !value.is_uint64()) return fail("integer");
    const bool fits = value.is_int64() && value.get_int64() >= min && value.get_int64() <= max;
    if (!fits) return fail(fmt::format("integer from {} to {}", min, max));
    out = value.get_int64();
    return true;
}

bool PayloadReader::read_unsigned(const boost::json::value& value, std::uint64_t max, std::uint64_t& out) {
    if (!value.is_int64() && !value.is_uint64()) return fail("integer");
    const bool negative = value.is_int64() && value.get_int64() < 0;
    const std::uint64_t number = value.is_int64() ? static_cast<std::uint64_t>(value.get_int64()) : value.get_uint64();
    if (negative || number > max) return fail(fmt::format("integer from 0 to {}", max));
    out = number;
    return true;
}

boost::json::value write_number(double number) {
    if (!std::isfinite(number)) return nullptr; // as JSON.stringify does
    return number;
}

boost::json::value write_binary(std::string bytes, std::vector<std::string>& attachments) {
    boost::json::object placeholder{{"_placeholder", true}, {"num", attachments.size()}};
    attachments.push_back(std::move(bytes));
    return placeholder;
}

} // namespace internal
} // namespace hubbub::socketio
