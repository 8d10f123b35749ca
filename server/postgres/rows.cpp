#include "postgres/rows.hpp"

#include <boost/endian/conversion.hpp>
#include <libpq-fe.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace hubbub::postgres {

bool Row::is_null(int column) const {
    return PQgetisnull(result_, row_, column) != 0;
}

std::string_view Row::bytes(int column) const {
    if (is_null(column))
        throw std::logic_error{"postgres: NULL, or no such column, in column " + std::to_string(column)};
    return {PQgetvalue(result_, row_, column), static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}

std::size_t Rows::size() const {
    return static_cast<std::size_t>(PQntuples(result_.get()));
}

void Rows::Clear::operator()(pg_result* result) const {
    PQclear(result);
}

namespace internal {

namespace {

template <class Int> Int load(std::string_view bytes) {
    std::array<unsigned char, sizeof(Int)> raw;
    std::copy(bytes.begin(), bytes.end(), raw.begin());
    return boost::endian::endian_load<Int, sizeof(Int), boost::endian::order::big>(raw.data());
}

} // namespace

std::int64_t get_integer(std::string_view bytes) {
    switch (bytes.size()) {
    case 1: return bytes[0];
    case 2: return load<std::int16_t>(bytes);
    case 4: return load<std::int32_t>(bytes);
    case 8: return load<std::int64_t>(bytes);
    default: throw std::logic_error{"postgres: the column is not an integer"};
    }
}

Timestamp get_timestamp(std::string_view bytes) {
    if (bytes.size() != 8) throw std::logic_error{"postgres: the column is not a timestamptz"};
    constexpr std::chrono::sys_days kEpoch = std::chrono::year{2000} / 1 / 1;
    return std::chrono::floor<std::chrono::milliseconds>(kEpoch + std::chrono::microseconds{load<std::int64_t>(bytes)});
}

Uuid get_uuid(std::string_view bytes) {
    Uuid uuid;
    if (bytes.size() != uuid.size()) throw std::logic_error{"postgres: the column is not a uuid"};
    std::copy(bytes.begin(), bytes.end(), uuid.begin());
    return uuid;
}

} // namespace internal
} // namespace hubbub::postgres
