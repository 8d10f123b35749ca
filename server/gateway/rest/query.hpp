#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "chat/page.hpp"
#include "gateway/failure.hpp"
#include "gateway/json/fields.hpp"
#include "net/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::gateway {

/// A decimal integer from `min` to `max` and nothing else. Errors: `validation.format`, `validation.range`.
Outcome<std::int64_t> parse_integer(std::string_view text, std::int64_t min, std::int64_t max);

/// Reads the query of a request, as `Fields` reads an object: the first fault is kept.
class Query {
  public:
    explicit Query(const net::http::Request& request) : request_{request} {}

    template <class IdType> std::optional<IdType> optional_id(std::string_view name) {
        const auto number = optional_integer(name, 1, kJsonIntegerMax);
        return number ? std::optional{IdType{*number}} : std::nullopt;
    }
    std::optional<Timestamp> optional_time(std::string_view name);
    std::vector<UserId> user_ids(std::string_view name, std::size_t count_max);
    std::size_t limit(std::size_t standard, std::size_t max);
    chat::PageQuery page();
    /// Empty if it is not there.
    std::string text(std::string_view name, TextRule rule);

    void fail(ErrorName name, std::string_view parameter);
    const std::optional<Failure>& failure() const { return failure_; }

  private:
    std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t min, std::int64_t max);

    const net::http::Request& request_;
    std::optional<Failure> failure_;
};

} // namespace hubbub::gateway
