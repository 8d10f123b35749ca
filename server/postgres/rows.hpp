#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "postgres/params.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct pg_result;

namespace hubbub::postgres {

/// One row of `Rows`, which must outlive it. Columns are counted from 0 in the order of the select list.
class Row {
  public:
    bool is_null(int column) const;

    /// T is one of the types of `Params` (smaller integers widen), or optional<T> where the column may be NULL.
    /// A `string_view` or `Bytes` borrows from `Rows`. A NULL or a foreign type is a bug and throws std::logic_error.
    template <class T> T get(int column) const;

  private:
    friend class Rows;
    Row(const pg_result* result, int row) : result_{result}, row_{row} {}
    std::string_view bytes(int column) const;

    const pg_result* result_;
    int row_;
};

/// What one statement returned.
class Rows {
  public:
    Rows() = default;
    explicit Rows(pg_result* owned) : result_{owned} {}

    std::size_t size() const;
    bool empty() const { return size() == 0; }
    Row operator[](std::size_t row) const { return {result_.get(), static_cast<int>(row)}; }
    Row front() const { return (*this)[0]; }

  private:
    struct Clear {
        void operator()(pg_result* result) const;
    };
    std::unique_ptr<pg_result, Clear> result_;
};

namespace internal {

std::int64_t get_integer(std::string_view bytes);
Timestamp get_timestamp(std::string_view bytes);
Uuid get_uuid(std::string_view bytes);

template <class T> struct Reader;
template <> struct Reader<std::int64_t> {
    static std::int64_t get(std::string_view bytes) { return get_integer(bytes); }
};
template <> struct Reader<bool> {
    static bool get(std::string_view bytes) { return get_integer(bytes) != 0; }
};
template <class Tag> struct Reader<Id<Tag>> {
    static Id<Tag> get(std::string_view bytes) { return {get_integer(bytes)}; }
};
template <> struct Reader<std::string_view> {
    static std::string_view get(std::string_view bytes) { return bytes; }
};
template <> struct Reader<std::string> {
    static std::string get(std::string_view bytes) { return std::string{bytes}; }
};
template <> struct Reader<Timestamp> {
    static Timestamp get(std::string_view bytes) { return get_timestamp(bytes); }
};
template <> struct Reader<Uuid> {
    static Uuid get(std::string_view bytes) { return get_uuid(bytes); }
};

} // namespace internal

template <class T> T Row::get(int column) const {
    if constexpr (internal::Optional<T>::value) {
        if (is_null(column)) return std::nullopt;
        return internal::Reader<typename internal::Optional<T>::Value>::get(bytes(column));
    } else {
        return internal::Reader<T>::get(bytes(column));
    }
}

} // namespace hubbub::postgres
