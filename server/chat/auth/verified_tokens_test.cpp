#include "chat/auth/verified_tokens.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace hubbub::chat {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kVerifiedAt{std::chrono::seconds{1'000'000}};

AccessClaims claims(std::int64_t user, Timestamp expires_at = kVerifiedAt + 15min) {
    return {UserId{user}, SessionId{7}, expires_at};
}

TEST(VerifiedTokens, KnowsWhatItWasTold) {
    VerifiedTokens tokens;
    EXPECT_EQ(tokens.find("a"), nullptr);
    tokens.keep("a", claims(1), kVerifiedAt, 0);
    tokens.keep("b", claims(2), kVerifiedAt, 0);
    ASSERT_NE(tokens.find("a"), nullptr);
    EXPECT_EQ(tokens.find("a")->user, UserId{1});
    EXPECT_EQ(tokens.find("b")->user, UserId{2});
    tokens.clear();
    EXPECT_EQ(tokens.find("a"), nullptr);
}

TEST(VerifiedTokens, DoesNotRememberWhatOlderKeysVerified) {
    VerifiedTokens tokens;
    const auto before = tokens.generation();
    tokens.clear(); // while the token's session is looked up
    tokens.keep("a", claims(1), kVerifiedAt, before);
    EXPECT_EQ(tokens.find("a"), nullptr);
    tokens.keep("a", claims(1), kVerifiedAt, tokens.generation());
    EXPECT_NE(tokens.find("a"), nullptr);
}

TEST(VerifiedTokens, ForgetsTheExpiredWhenFullOrElseAll) {
    VerifiedTokens tokens;
    tokens.keep("stays", claims(1), kVerifiedAt, 0);
    for (std::size_t i = 1; i < VerifiedTokens::kMax; ++i)
        tokens.keep(std::to_string(i), claims(2, kVerifiedAt + 1s), kVerifiedAt, 0);
    EXPECT_EQ(tokens.size(), VerifiedTokens::kMax);
    tokens.keep("later", claims(3), kVerifiedAt + 1s, 0);
    EXPECT_EQ(tokens.size(), 2U);
    EXPECT_NE(tokens.find("stays"), nullptr);
    for (std::size_t i = 2; i < VerifiedTokens::kMax; ++i)
        tokens.keep(std::to_string(i), claims(2), kVerifiedAt + 1s, 0);
    tokens.keep("one more", claims(4), kVerifiedAt + 1s, 0);
    EXPECT_EQ(tokens.size(), 1U);
}

} // namespace
} // namespace hubbub::chat
