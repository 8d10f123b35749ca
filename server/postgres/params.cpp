#include "postgres/params.hpp"

#include <boost/endian/conversion.hpp>

#include <chrono>

namespace hubbub::postgres::internal {

namespace {

template <class Int> void put_big_endian(std::string& out, Int value) {
    std::array<unsigned char, sizeof(Int)> bytes;
    boost::endian::endian_store<Int, sizeof(Int), boost::endian::order::big>(bytes.data(), value);
    out.append(bytes.begin(), bytes.end());
}

} // namespace

void put_int32(std::string& out, std::int32_t value) {
    put_big_endian(out, value);
}

void put_int64(std::string& out, std::int64_t value) {
    put_big_endian(out, value);
}

void Binary<Timestamp>::put(std::string& out, Timestamp value) {
    // timestamptz: microseconds since 2000-01-01 UTC
    constexpr std::chrono::sys_days kEpoch = std::chrono::year{2000} / 1 / 1;
    put_int64(out, std::chrono::microseconds{value - kEpoch}.count());
}

} // namespace hubbub::postgres::internal
