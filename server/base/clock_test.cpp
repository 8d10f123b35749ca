#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace hubbub {
namespace {

TEST(Rfc3339, HasMillisecondsAndZone) {
    EXPECT_EQ(to_rfc3339(Timestamp{std::chrono::milliseconds{0}}), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_rfc3339(Timestamp{std::chrono::milliseconds{1795341600007}}), "2026-11-22T10:00:00.007Z");
    EXPECT_EQ(to_rfc3339(Timestamp{std::chrono::milliseconds{-1}}), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, IsReadStrictly) {
    EXPECT_EQ(parse_rfc3339("2026-11-22T10:00:00.007Z"), Timestamp{std::chrono::milliseconds{1795341600007}});
    EXPECT_EQ(parse_rfc3339("2026-11-22T10:00:00Z"), Timestamp{std::chrono::milliseconds{1795341600000}});
    EXPECT_EQ(parse_rfc3339("1969-12-31T23:59:59.999Z"), Timestamp{std::chrono::milliseconds{-1}});
    for (const char* wrong :
         {"", "2026-11-22", "2026-11-22T10:00:00", "2026-11-22T10:00:00+01:00", "2026-11-22 10:00:00Z",
          "2026-11-22T10:00:00.07Z", "2026-02-30T10:00:00Z", "2026-13-01T10:00:00Z", "2026-11-22T24:00:00Z",
          "2026-11-22T10:60:00Z", "3000-01-01T00:00:00Z", "-026-11-22T10:00:00Z", "2026-11-22T10:00:00.007Z "}) {
        EXPECT_FALSE(parse_rfc3339(wrong)) << wrong;
    }
}

} // namespace
} // namespace hubbub
