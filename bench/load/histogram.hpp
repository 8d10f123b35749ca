#pragma once
#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <vector>

namespace hubbub::load {

/// Latencies in log-linear buckets, as HdrHistogram has them: exact below 128 ns, above within 1/64 of the value.
class Histogram {
  public:
    Histogram();
    void record(std::chrono::nanoseconds value);
    std::uint64_t count() const { return count_; }
    std::chrono::nanoseconds max() const { return max_; }
    /// The value that `fraction` (0…1) of what was recorded does not exceed: the upper end of its bucket, and never
    /// more than `max`. Zero if nothing was recorded.
    std::chrono::nanoseconds at(double fraction) const;

  private:
    std::vector<std::uint64_t> buckets_;
    std::uint64_t count_ = 0;
    std::chrono::nanoseconds max_{0};
};

/// p50, p99, p999 and max in microseconds, and count.
boost::json::object latencies_of(const Histogram& histogram);

} // namespace hubbub::load
