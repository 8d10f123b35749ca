#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace hubbub {
namespace {

TEST(Rfc3339, HasMillisecondsAndZone) {
    EXPECT_EQ(to_rfc3339(Timestamp{std::chrono::milliseconds{0}}), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_rfc3339(Timestamp{std::chrono::milliseconds{1795341600007}}), "2026-11-22T10:00:00.007Z");
    EXPECT_EQ(to_rfc3339(Timestamp{std::chrono::milliseconds{-1}}), "1969-12-31T23:59:59.999Z");
}

} // namespace
} // namespace hubbub
