#include "histogram.hpp"

#include <gtest/gtest.h>

namespace hubbub::load {
namespace {

using namespace std::chrono_literals;

TEST(Histogram, IsExactForSmallValues) {
    Histogram histogram;
    for (int i = 1; i <= 100; ++i) histogram.record(std::chrono::nanoseconds{i});
    EXPECT_EQ(histogram.at(0.5), 50ns);
    EXPECT_EQ(histogram.at(0.99), 99ns);
    EXPECT_EQ(histogram.at(1), 100ns);
    EXPECT_EQ(histogram.max(), 100ns);
}

TEST(Histogram, IsWithinASixtyFourthForLargeOnes) {
    for (std::int64_t value = 127; value < 100'000'000'000; value += value / 3) {
        Histogram histogram;
        histogram.record(std::chrono::nanoseconds{value});
        histogram.record(1000s);
        const auto read = histogram.at(0.5).count();
        EXPECT_GE(read, value);
        EXPECT_LE(read - value, value / 64) << value;
    }
}

TEST(Histogram, NeverSaysMoreThanItsMaximum) {
    Histogram histogram;
    histogram.record(1'000'001ns);
    EXPECT_EQ(histogram.at(0.999), 1'000'001ns);
    EXPECT_EQ(Histogram().at(0.5), 0ns);
}

TEST(Histogram, FindsOneInAThousand) {
    Histogram histogram;
    for (int i = 0; i < 998; ++i) histogram.record(1us);
    histogram.record(1ms);
    histogram.record(1s);
    EXPECT_LT(histogram.at(0.998), 1100ns);
    EXPECT_NEAR(static_cast<double>(histogram.at(0.999).count()), 1e6, 1e6 / 64);
    EXPECT_EQ(histogram.at(1), 1s);
}

} // namespace
} // namespace hubbub::load
