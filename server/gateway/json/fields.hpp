#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "gateway/failure.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::gateway {

/// Checks and normalises one text field; a rule of chat.
using TextRule = Result<std::string> (*)(std::string_view);

/// Reads the fields of a JSON object that a client sent. The first fault is kept and names its field; everything read
/// after it is empty, so that a decoder reads all fields first and asks `failure` once. Unknown fields are ignored.
class Fields {
  public:
    /// A `value` that is no object is `validation.type` of `payload`. Borrows it.
    explicit Fields(const boost::json::value& value);
    explicit Fields(const boost::json::object& object) : object_{&object} {}

    /// An integer from 1 to 2^53 − 1.
    template <class IdType> IdType id(std::string_view field) { return IdType{integer(field, 1, kJsonIntegerMax)}; }
    template <class IdType> std::optional<IdType> optional_id(std::string_view field) {
        if (!has(field)) return {};
        return id<IdType>(field);
    }

    /// An array of 1 … `count_max` of them.
    template <class IdType> std::vector<IdType> ids(std::string_view field, std::size_t count_max) {
        std::vector<IdType> ids;
        for (const std::int64_t id : integers(field, count_max)) ids.push_back(IdType{id});
        return ids;
    }

    std::int64_t integer(std::string_view field, std::int64_t min, std::int64_t max);
    std::optional<std::int64_t> optional_integer(std::string_view field, std::int64_t min, std::int64_t max);

    std::string text(std::string_view field, TextRule rule);
    std::optional<std::string> optional_text(std::string_view field, TextRule rule);
    /// Any string, for what has no rule but being found or not.
    std::string plain(std::string_view field);

    /// `2026-11-22T10:00:00.000Z`, the milliseconds left out or not; before the year 3000.
    Timestamp time(std::string_view field);

    std::optional<bool> optional_boolean(std::string_view field);

    /// One of `names`: its index.
    std::size_t choice(std::string_view field, std::initializer_list<std::string_view> names);

    const boost::json::object& object(std::string_view field);

    /// Whether the field is there and not null.
    bool has(std::string_view field) const;

    /// Says that `field` is wrong, if nothing was before.
    void fail(ErrorName name, std::string_view field);
    const std::optional<Failure>& failure() const { return failure_; }

  private:
    std::vector<std::int64_t> integers(std::string_view field, std::size_t count_max);
    const boost::json::value* require(std::string_view field);
    const boost::json::string* require_string(std::string_view field);

    const boost::json::object* object_;
    std::optional<Failure> failure_;
};

} // namespace hubbub::gateway
