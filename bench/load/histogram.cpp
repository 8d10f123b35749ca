#include "histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace hubbub::load {

namespace {

// Values below 2 × kHalf have a bucket each. Every further power of two is split into kHalf buckets.
constexpr int kHalfBits = 6;
constexpr std::uint64_t kHalf = std::uint64_t{1} << kHalfBits;
constexpr std::size_t kBuckets = (64 - kHalfBits) * kHalf + kHalf;

std::size_t bucket_of(std::uint64_t value) {
    const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - kHalfBits - 1);
    return static_cast<std::size_t>(shift) * kHalf + (value >> shift);
}

std::uint64_t upper_end(std::size_t bucket) {
    if (bucket < 2 * kHalf) return bucket;
    const auto shift = bucket / kHalf - 1;
    return ((bucket % kHalf + kHalf + 1) << shift) - 1;
}

} // namespace

Histogram::Histogram() : buckets_(kBuckets) {}

void Histogram::record(std::chrono::nanoseconds value) {
    value = std::max(value, std::chrono::nanoseconds{0});
    ++buckets_[bucket_of(static_cast<std::uint64_t>(value.count()))];
    ++count_;
    max_ = std::max(max_, value);
}

std::chrono::nanoseconds Histogram::at(double fraction) const {
    const auto wanted =
        std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(fraction * static_cast<double>(count_))));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
        seen += buckets_[bucket];
        if (seen < wanted) continue;
        return std::min(max_, std::chrono::nanoseconds{static_cast<std::int64_t>(upper_end(bucket))});
    }
    return max_;
}

boost::json::object latencies_of(const Histogram& histogram) {
    const auto micros = [](std::chrono::nanoseconds time) {
        return std::chrono::duration<double, std::micro>(time).count();
    };
    return {{"p50", micros(histogram.at(0.5))},
            {"p99", micros(histogram.at(0.99))},
            {"p999", micros(histogram.at(0.999))},
            {"max", micros(histogram.max())},
            {"count", histogram.count()}};
}

} // namespace hubbub::load
