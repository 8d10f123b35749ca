#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::gateway {

/// Appends JSON text to a string: what leaves for many clients is written once, without a tree in between.
/// The caller keeps the order of begin, key, value and end.
class JsonWriter {
  public:
    explicit JsonWriter(std::string& out) : out_{out} {}

    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }

    /// `name` needs no escape.
    JsonWriter& key(std::string_view name);

    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view{text}); }
    JsonWriter& value(std::same_as<bool> auto boolean) { return raw(boolean ? "true" : "false"); }
    JsonWriter& value(std::integral auto number) requires(!std::same_as<decltype(number), bool>) {
        return integer(static_cast<std::int64_t>(number));
    }
    JsonWriter& value(Timestamp time) { return value(to_rfc3339(time)); }
    template <class Tag> JsonWriter& value(Id<Tag> id) { return integer(id.value); }
    template <class T> JsonWriter& value(const std::optional<T>& optional) {
        return optional ? value(*optional) : raw("null");
    }

    template <class T> JsonWriter& field(std::string_view name, const T& content) { return key(name).value(content); }

    /// Text that is JSON already.
    JsonWriter& raw(std::string_view json);

  private:
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    JsonWriter& integer(std::int64_t number);
    void separate();

    std::string& out_;
    bool first_ = true; // no comma before what comes next
};

} // namespace hubbub::gateway
