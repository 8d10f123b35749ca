#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace hubbub {

/// Counts values by size, for metrics. Plain integers: each shard has its own, and whoever reads adds them up.
class Histogram {
  public:
    static constexpr std::size_t kBoundsMax = 15;
    /// For times in seconds.
    static constexpr std::array kSeconds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                         0.1,    0.25,  0.5,    1.0,   2.5,  5.0,   15.0};
    /// For numbers of things.
    static constexpr std::array kCounts{1.0,   2.0,   4.0,    8.0,    16.0,     32.0,     64.0,
                                        128.0, 256.0, 1000.0, 5000.0, 20'000.0, 100'000.0};

    /// `bounds`: the highest value of each bucket, growing, at most `kBoundsMax`; outlives the histogram.
    explicit Histogram(std::span<const double> bounds = kSeconds) : bounds_{bounds} {}

    void record(double value) {
        std::size_t bucket = 0;
        while (bucket < bounds_.size() && value > bounds_[bucket]) ++bucket;
        ++counts_[bucket];
        sum_ += value;
    }
    void record(std::chrono::steady_clock::duration time) { record(std::chrono::duration<double>{time}.count()); }

    /// `other` has the same bounds.
    Histogram& operator+=(const Histogram& other) {
        for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
        sum_ += other.sum_;
        return *this;
    }

    std::span<const double> bounds() const { return bounds_; }
    /// How many values there were in each bucket; the last one has those above all bounds.
    std::span<const std::uint64_t> counts() const { return std::span{counts_}.first(bounds_.size() + 1); }
    double sum() const { return sum_; }

  private:
    std::span<const double> bounds_;
    std::array<std::uint64_t, kBoundsMax + 1> counts_{};
    double sum_ = 0;
};

} // namespace hubbub
