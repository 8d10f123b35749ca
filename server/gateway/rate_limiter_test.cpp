#include "gateway/rate_limiter.hpp"

#include <gmock/gmock.h>

namespace hubbub::gateway {
namespace {

using namespace std::chrono_literals;

using Limiter = RateLimiter<int>;
const Limiter::Clock::time_point kStart{};

TEST(RateLimiter, AllowsABurstAndThenTheRate) {
    Limiter limiter{{.per_second = 2, .burst = 3}};
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(limiter.take(1, kStart)) << i;
    EXPECT_EQ(limiter.take(1, kStart), 500ms);
    EXPECT_EQ(limiter.take(1, kStart + 400ms), 100ms) << "a refused try costs nothing";
    EXPECT_FALSE(limiter.take(1, kStart + 500ms));
    EXPECT_TRUE(limiter.take(1, kStart + 500ms));
}

TEST(RateLimiter, CountsEachKeyForItself) {
    Limiter limiter{{.per_second = 1, .burst = 1}};
    EXPECT_FALSE(limiter.take(1, kStart));
    EXPECT_FALSE(limiter.take(2, kStart));
    EXPECT_TRUE(limiter.take(1, kStart));
}

TEST(RateLimiter, FillsUpAndNoFurther) {
    Limiter limiter{{.per_second = 10, .burst = 2}};
    EXPECT_FALSE(limiter.take(1, kStart));
    for (int i = 0; i < 2; ++i) EXPECT_FALSE(limiter.take(1, kStart + 1h));
    EXPECT_TRUE(limiter.take(1, kStart + 1h));
}

TEST(RateLimiter, GivesBack) {
    Limiter limiter{{.per_second = 1, .burst = 1}};
    limiter.take(1, kStart);
    limiter.give_back(1);
    EXPECT_FALSE(limiter.take(1, kStart));
    limiter.give_back(7);
}

TEST(RateLimiter, ZeroIsNoLimit) {
    Limiter limiter{{.per_second = 0, .burst = 0}};
    for (int i = 0; i < 1000; ++i) EXPECT_FALSE(limiter.take(1, kStart));
    EXPECT_EQ(limiter.keys(), 0u);
}

TEST(RateLimiter, ForgetsThoseWhoRecovered) {
    Limiter limiter{{.per_second = 100, .burst = 1}};
    for (int key = 0; key < 10'000; ++key) limiter.take(key, kStart + key * 1ms);
    EXPECT_LT(limiter.keys(), 2'100u);
}

TEST(RateLimiter, IsBounded) {
    Limiter limiter{{.per_second = 0.001, .burst = 1}};
    for (int key = 0; key < static_cast<int>(Limiter::kKeysMax); ++key) limiter.take(key, kStart);
    EXPECT_TRUE(limiter.take(-1, kStart));
    EXPECT_EQ(limiter.keys(), Limiter::kKeysMax);
}

TEST(AddressKey, TakesAnIpv6NetworkForOneAddress) {
    EXPECT_EQ(address_key("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(address_key("2001:db8:1:2::1"), address_key("2001:db8:1:2:ffff::9"));
    EXPECT_NE(address_key("2001:db8:1:2::1"), address_key("2001:db8:1:3::1"));
    EXPECT_EQ(address_key("::ffff:192.0.2.7"), "192.0.2.7");
}

} // namespace
} // namespace hubbub::gateway
