#pragma once
// Typed payloads: C++ values from and to the arguments of an event or an ack.
//
// Understood are bool, integers, floating point, std::string, enums and structs described with Boost.Describe,
// std::optional, std::vector, std::map<std::string, T>, boost::json's value, object and array, and Binary; all nested
// as you like. A struct may have a free function `std::optional<FieldError> check(const T&)` beside it: its
// constraints.
#include "socketio/packet.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/system/result.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace hubbub::socketio {

/// What is wrong with a payload: `path` such as `items[3].name` (empty: the payload itself) and what is expected there.
struct FieldError {
    std::string path;
    std::string expected;
};
/// `items[3].name: expected string`; for an empty path `payload: expected object`.
std::string to_string(const FieldError& error);

/// Bytes that travel as a binary attachment (a Buffer, Blob or ArrayBuffer of the client).
struct Binary {
    std::string bytes;
    bool operator==(const Binary&) const = default;
};

/// A decoded value, or the first field that is wrong.
template <class T> using Decoded = boost::system::result<T, FieldError>;

namespace internal {

template <class T> inline constexpr bool is_optional = false;
template <class T> inline constexpr bool is_optional<std::optional<T>> = true;
template <class T> inline constexpr bool is_vector = false;
template <class T> inline constexpr bool is_vector<std::vector<T>> = true;
template <class T> inline constexpr bool is_map = false;
template <class T> inline constexpr bool is_map<std::map<std::string, T>> = true;
template <class T>
inline constexpr bool is_json = std::is_same_v<T, boost::json::value> || std::is_same_v<T, boost::json::object> ||
                                std::is_same_v<T, boost::json::array>;
template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;
template <class T>
concept DescribedStruct = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;
template <class T>
concept Checked = requires(const T& value) {
    { check(value) } -> std::convertible_to<std::optional<FieldError>>;
};
template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

/// Reads values; a failure leaves the error, whose path grows from the inside out.
class PayloadReader {
  public:
    explicit PayloadReader(std::span<const std::string> attachments) : attachments_{attachments} {}

    template <class T> bool read(const boost::json::value& value, T& out);
    FieldError take_error() { return std::move(error_); }
    /// Puts the place of the value before the path of the error that was found inside it.
    void in_field(std::string_view name);
    void in_element(std::size_t index);

  private:
    bool fail(std::string expected);
    bool read_string(const boost::json::value& value, std::string& out);
    bool read_binary(const boost::json::value& value, std::string& out);
    bool read_number(const boost::json::value& value, double& out);
    bool read_signed(const boost::json::value& value, std::int64_t min, std::int64_t max, std::int64_t& out);
    bool read_unsigned(const boost::json::value& value, std::uint64_t max, std::uint64_t& out);
    template <class T> bool read_integer(const boost::json::value& value, T& out);
    template <class T> bool read_enum(const boost::json::value& value, T& out);
    template <class T> bool read_struct(const boost::json::value& value, T& out);
    template <class T> bool read_vector(const boost::json::value& value, T& out);
    template <class T> bool read_map(const boost::json::value& value, T& out);

    std::span<const std::string> attachments_;
    FieldError error_;
};

template <class T> bool PayloadReader::read(const boost::json::value& value, T& out) {
    if constexpr (std::is_same_v<T, boost::json::value>) {
        out = value;
        return true;
    } else if constexpr (std::is_same_v<T, boost::json::object>) {
        if (!value.is_object()) return fail("object");
        out = value.get_object();
        return true;
    } else if constexpr (std::is_same_v<T, boost::json::array>) {
        if (!value.is_array()) return fail("array");
        out = value.get_array();
        return true;
    } else if constexpr (std::is_same_v<T, bool>) {
        if (!value.is_bool()) return fail("boolean");
        out = value.get_bool();
        return true;
    } else if constexpr (std::is_integral_v<T>) {
        return read_integer(value, out);
    } else if constexpr (std::is_floating_point_v<T>) {
        double number = 0;
        if (!read_number(value, number)) return false;
        out = static_cast<T>(number);
        return true;
    } else if constexpr (std::is_same_v<T, std::string>) {
        return read_string(value, out);
    } else if constexpr (std::is_same_v<T, Binary>) {
        return read_binary(value, out.bytes);
    } else if constexpr (is_optional<T>) {
        out.reset();
        return value.is_null() || read(value, out.emplace());
    } else if constexpr (is_vector<T>) {
        return read_vector(value, out);
    } else if constexpr (is_map<T>) {
        return read_map(value, out);
    } else if constexpr (DescribedEnum<T>) {
        return read_enum(value, out);
    } else {
        static_assert(DescribedStruct<T>, "not a payload type: describe it with BOOST_DESCRIBE_STRUCT or _ENUM");
        return read_struct(value, out);
    }
}

template <class T> bool PayloadReader::read_integer(const boost::json::value& value, T& out) {
    using Limits = std::numeric_limits<T>;
    if constexpr (std::is_signed_v<T>) {
        std::int64_t number = 0;
        if (!read_signed(value, Limits::min(), Limits::max(), number)) return false;
        out = static_cast<T>(number);
    } else {
        std::uint64_t number = 0;
        if (!read_unsigned(value, Limits::max(), number)) return false;
        out = static_cast<T>(number);
    }
    return true;
}

template <class T> bool PayloadReader::read_enum(const boost::json::value& value, T& out) {
    bool found = false;
    std::string names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto enumerator) {
        names += names.empty() ? "one of " : ", ";
        names += enumerator.name;
        if (!value.is_string() || value.get_string() != enumerator.name) return;
        out = enumerator.value;
        found = true;
    });
    return found || fail(std::move(names));
}

template <class T> bool PayloadReader::read_struct(const boost::json::value& value, T& out) {
    if (!value.is_object()) return fail("object");
    static const boost::json::value kAbsent;
    bool good = true;
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
        if (!good) return;
        const boost::json::value* found = value.get_object().if_contains(member.name);
        good = read(found == nullptr ? kAbsent : *found, out.*member.pointer);
        if (!good) in_field(member.name);
    });
    if constexpr (Checked<T>) {
        if (!good) return false;
        std::optional<FieldError> broken = check(out);
        if (!broken) return true;
        error_ = std::move(*broken);
        return false;
    }
    return good;
}

template <class T> bool PayloadReader::read_vector(const boost::json::value& value, T& out) {
    if (!value.is_array()) return fail("array");
    out.clear();
    for (const boost::json::value& element : value.get_array()) {
        typename T::value_type item{}; // not emplace_back(): vector<bool> has no references
        if (!read(element, item)) {
            in_element(out.size());
            return false;
        }
        out.push_back(std::move(item));
    }
    return true;
}

template <class T> bool PayloadReader::read_map(const boost::json::value& value, T& out) {
    if (!value.is_object()) return fail("object");
    out.clear();
    for (const auto& [key, element] : value.get_object()) {
        const std::string name{key};
        if (read(element, out[name])) continue;
        in_field(name);
        return false;
    }
    return true;
}

boost::json::value write_number(double number);
boost::json::value write_binary(std::string bytes, std::vector<std::string>& attachments);

/// The JSON of a value; binary goes to `attachments` and leaves a placeholder.
template <class T> boost::json::value write_value(const T& value, std::vector<std::string>& attachments) {
    if constexpr (is_json<T> || std::is_same_v<T, bool> || std::is_integral_v<T>) {
        return boost::json::value(value);
    } else if constexpr (std::is_same_v<T, std::nullptr_t>) {
        return nullptr;
    } else if constexpr (std::is_floating_point_v<T>) {
        return write_number(value);
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        return boost::json::value(std::string_view{value});
    } else if constexpr (std::is_same_v<T, Binary>) {
        return write_binary(value.bytes, attachments);
    } else if constexpr (is_optional<T>) {
        return value ? write_value(*value, attachments) : boost::json::value(nullptr);
    } else if constexpr (is_vector<T>) {
        boost::json::array array;
        array.reserve(value.size());
        for (const auto& element : value) array.push_back(write_value<typename T::value_type>(element, attachments));
        return array;
    } else if constexpr (is_map<T>) {
        boost::json::object object;
        for (const auto& [name, element] : value) object[name] = write_value(element, attachments);
        return object;
    } else if constexpr (DescribedEnum<T>) {
        return boost::json::value(boost::describe::enum_to_string(value, ""));
    } else {
        static_assert(DescribedStruct<T>, "not a payload type: describe it with BOOST_DESCRIBE_STRUCT or _ENUM");
        boost::json::object object;
        boost::mp11::mp_for_each<Members<T>>([&](auto member) {
            const auto& field = value.*member.pointer;
            if constexpr (is_optional<std::remove_cvref_t<decltype(field)>>) {
                if (!field) return; // as JSON.stringify leaves out what is undefined
            }
            object[member.name] = write_value(field, attachments);
        });
        return object;
    }
}

} // namespace internal

/// Reads one JSON value as a `T`. `attachments` are those that its placeholders name. Fields that `T` does not have are
/// ignored; one that is absent is as good as null.
template <class T> Decoded<T> decode(const boost::json::value& value, std::span<const std::string> attachments = {}) {
    internal::PayloadReader reader{attachments};
    T decoded{};
    if (!reader.read(value, decoded)) return {boost::system::in_place_error, reader.take_error()};
    return {boost::system::in_place_value, std::move(decoded)};
}

/// Reads the argument of that number; one that is absent is as good as null.
template <class T> Decoded<T> decode(const Arguments& arguments, std::size_t index = 0) {
    if (index < arguments.values.size()) return decode<T>(arguments.values[index], arguments.attachments);
    return decode<T>(boost::json::value(nullptr), arguments.attachments);
}

/// The arguments of an event or an ack from typed values.
template <class... T> Arguments arguments_of(const T&... values) {
    Arguments arguments;
    arguments.values.reserve(sizeof...(T));
    (arguments.values.push_back(internal::write_value<std::decay_t<const T>>(values, arguments.attachments)), ...);
    return arguments;
}

} // namespace hubbub::socketio
