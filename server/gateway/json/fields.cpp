#include "gateway/json/fields.hpp"

#include <algorithm>
#include <string>

namespace hubbub::gateway {
namespace {

namespace json = boost::json;

const json::object kNothing;

} // namespace

Fields::Fields(const json::value& value) : object_{value.if_object()} {
    if (object_ != nullptr) return;
    object_ = &kNothing;
    fail(ErrorName::validation_type, "payload");
}

bool Fields::has(std::string_view field) const {
    const json::value* value = object_->if_contains(field);
    return value != nullptr && !value->is_null();
}

const json::value* Fields::require(std::string_view field) {
    if (failure_) return nullptr;
    const json::value* value = object_->if_contains(field);
    if (value == nullptr) fail(ErrorName::validation_missing, field);
    return value;
}

const json::string* Fields::require_string(std::string_view field) {
    const json::value* value = require(field);
    if (value == nullptr) return nullptr;
    if (!value->is_string()) fail(ErrorName::validation_type, field);
    return value->if_string();
}

std::int64_t Fields::integer(std::string_view field, std::int64_t min, std::int64_t max) {
    const json::value* value = require(field);
    if (value == nullptr) return min;
    if (value->is_uint64()) { // more than an int64 holds
        fail(ErrorName::validation_range, field);
        return min;
    }
    const std::int64_t* number = value->if_int64();
    if (number == nullptr) {
        fail(ErrorName::validation_type, field);
        return min;
    }
    if (*number < min || *number > max) {
        fail(ErrorName::validation_range, field);
        return min;
    }
    return *number;
}

std::optional<std::int64_t> Fields::optional_integer(std::string_view field, std::int64_t min, std::int64_t max) {
    if (!has(field)) return {};
    return integer(field, min, max);
}

std::vector<std::int64_t> Fields::integers(std::string_view field, std::size_t count_max) {
    std::vector<std::int64_t> numbers;
    const json::value* value = require(field);
    if (value == nullptr) return numbers;
    if (!value->is_array()) {
        fail(ErrorName::validation_type, field);
        return numbers;
    }
    const json::array& items = value->get_array();
    if (items.empty()) fail(ErrorName::validation_too_short, field);
    if (items.size() > count_max) fail(ErrorName::validation_too_long, field);
    if (failure_) return numbers;
    for (const json::value& item : items) {
        const std::int64_t* number = item.if_int64();
        if (number == nullptr) {
            fail(item.is_uint64() ? ErrorName::validation_range : ErrorName::validation_type, field);
        } else if (*number < 1 || *number > kJsonIntegerMax) {
            fail(ErrorName::validation_range, field);
        } else {
            numbers.push_back(*number);
        }
    }
    return numbers;
}

std::string Fields::text(std::string_view field, TextRule rule) {
    const json::string* text = require_string(field);
    if (text == nullptr) return {};
    auto parsed = rule(*text);
    if (parsed) return std::move(*parsed);
    fail(to_failure(parsed.error()).name, field);
    return {};
}

std::optional<std::string> Fields::optional_text(std::string_view field, TextRule rule) {
    if (!has(field)) return {};
    return text(field, rule);
}

std::string Fields::plain(std::string_view field) {
    const json::string* text = require_string(field);
    return text == nullptr ? std::string{} : std::string{*text};
}

Timestamp Fields::time(std::string_view field) {
    const json::string* text = require_string(field);
    if (text == nullptr) return {};
    const auto time = parse_rfc3339(std::string{*text});
    if (!time) fail(ErrorName::validation_format, field);
    return time.value_or(Timestamp{});
}

std::optional<bool> Fields::optional_boolean(std::string_view field) {
    if (!has(field)) return {};
    const json::value* value = require(field);
    if (value == nullptr) return {};
    if (!value->is_bool()) fail(ErrorName::validation_type, field);
    return value->is_bool() ? std::optional{value->get_bool()} : std::nullopt;
}

std::size_t Fields::choice(std::string_view field, std::initializer_list<std::string_view> names) {
    const json::string* text = require_string(field);
    if (text == nullptr) return 0;
    const auto found = std::ranges::find(names, std::string_view{*text});
    if (found == names.end()) {
        fail(ErrorName::validation_format, field);
        return 0;
    }
    return static_cast<std::size_t>(found - names.begin());
}

const json::object& Fields::object(std::string_view field) {
    const json::value* value = require(field);
    if (value == nullptr) return kNothing;
    if (!value->is_object()) fail(ErrorName::validation_type, field);
    return value->is_object() ? value->get_object() : kNothing;
}

void Fields::fail(ErrorName name, std::string_view field) {
    if (!failure_) failure_ = Failure{name, std::string{field}};
}

} // namespace hubbub::gateway
