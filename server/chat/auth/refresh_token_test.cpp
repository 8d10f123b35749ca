#include "chat/auth/refresh_token.hpp"

#include <gmock/gmock.h>

namespace hubbub::chat {
namespace {

TEST(RefreshToken, Is32RandomBytesInBase64Url) {
    const std::string token = make_refresh_token();
    EXPECT_THAT(token, testing::MatchesRegex("[A-Za-z0-9_-]+"));
    EXPECT_EQ(token.size(), 43u);
    EXPECT_NE(token, make_refresh_token());
}

TEST(RefreshToken, IsKeptAsItsSha256) {
    EXPECT_EQ(hash_token("abc").substr(0, 4), "\xba\x78\x16\xbf"); // FIPS 180-2, B.1
    EXPECT_EQ(hash_token("").size(), 32u);
}

} // namespace
} // namespace hubbub::chat
