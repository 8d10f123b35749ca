#include "chat/typing/typing.hpp"

#include <gmock/gmock.h>

namespace hubbub::chat {
namespace {

using namespace std::chrono_literals;
using testing::UnorderedElementsAre;

constexpr ChannelId kOne{1};
constexpr ChannelId kTwo{2};
const Typing::Clock::time_point kStart{};

TEST(Typing, TellsOthersOnceAndAgainBeforeTheirMarkExpires) {
    Typing typing;
    EXPECT_TRUE(typing.start(kOne, kStart));
    EXPECT_FALSE(typing.start(kOne, kStart + 500ms));
    EXPECT_TRUE(typing.start(kTwo, kStart + 500ms));
    EXPECT_TRUE(typing.start(kOne, kStart + Typing::kRepeatMin));
    EXPECT_LT(Typing::kRepeatMin, limits::kTypingExpiry);
}

TEST(Typing, StopsOnlyWhatOthersBelieve) {
    Typing typing;
    EXPECT_FALSE(typing.stop(kOne, kStart));
    typing.start(kOne, kStart);
    EXPECT_TRUE(typing.stop(kOne, kStart + 1s));
    EXPECT_FALSE(typing.stop(kOne, kStart + 1s));
    typing.start(kOne, kStart);
    EXPECT_FALSE(typing.stop(kOne, kStart + limits::kTypingExpiry));
}

TEST(Typing, StopsEverywhereAtTheEnd) {
    Typing typing;
    typing.start(kOne, kStart);
    typing.start(kTwo, kStart + 5s);
    typing.start(ChannelId{3}, kStart + 5s);
    EXPECT_THAT(typing.stop_all(kStart + limits::kTypingExpiry), UnorderedElementsAre(kTwo, ChannelId{3}));
    EXPECT_TRUE(typing.stop_all(kStart + limits::kTypingExpiry).empty());
}

TEST(Typing, IsBounded) {
    Typing typing;
    for (std::size_t i = 1; i <= Typing::kChannelsMax; ++i)
        EXPECT_TRUE(typing.start(ChannelId{static_cast<std::int64_t>(i)}, kStart));
    EXPECT_FALSE(typing.start(ChannelId{99}, kStart));
    EXPECT_TRUE(typing.start(ChannelId{99}, kStart + limits::kTypingExpiry));
}

} // namespace
} // namespace hubbub::chat
