#include "base/callback.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

namespace hubbub {
namespace {

TEST(Callback, CallsAndReturns) {
    Callback<int(int)> twice = [](int x) { return 2 * x; };
    EXPECT_EQ(twice(21), 42);
}

TEST(Callback, CarriesMoveOnlyStateSmallAndLarge) {
    auto small = std::make_unique<int>(7);
    Callback<int()> a = [p = std::move(small)] { return *p; };
    Callback<int()> b = std::move(a);
    EXPECT_FALSE(a); // NOLINT(bugprone-use-after-move): moved-from is empty by contract
    EXPECT_EQ(b(), 7);

    std::array<std::string, 8> large;
    large[7] = "a string that is longer than any small buffer";
    Callback<std::string()> c = [large] { return large[7]; };
    c = Callback<std::string()>{std::move(c)};
    EXPECT_EQ(c(), large[7]);
}

TEST(Callback, DestroysItsStateOnce) {
    auto alive = std::make_shared<int>(0);
    Callback<void()> a = [alive] {};
    EXPECT_EQ(alive.use_count(), 2);
    Callback<void()> b = std::move(a);
    EXPECT_EQ(alive.use_count(), 2);
    b.reset();
    EXPECT_EQ(alive.use_count(), 1);
}

} // namespace
} // namespace hubbub
