#include "chat/typing/typing.hpp"

#include <gmock/gmock.h>

namespace hubbub::chat {
namespace {

using namespace std::chrono_literals;
using testing::UnorderedElementsAre;

constexpr ChannelId kOne{1};
constexpr ChannelId kTwo{2};
const Typing::Clock::time_point kBegin{};

TEST(Typing, TellsOthersOnceAndAgainBeforeTheirMarkExpires) {
    Typing typing;
    EXPECT_TRUE(typing.start(kOne, kBegin));
    EXPECT_FALSE(typing.start(kOne, kBegin + 500ms));
    EXPECT_TRUE(typing.start(kTwo, kBegin + 500ms));
    EXPECT_TRUE(typing.start(kOne, kBegin + Typing::kRepeatMin));
    EXPECT_LT(Typing::kRepeatMin, limits::kTypingExpiry);
}

TEST(Typing, StopsOnlyWhatOthersBelieve) {
    Typing typing;
    EXPECT_FALSE(typing.stop(kOne, kBegin));
    typing.start(kOne, kBegin);
    EXPECT_TRUE(typing.stop(kOne, kBegin + 1s));
    EXPECT_FALSE(typing.stop(kOne, kBegin + 1s));
    typing.start(kOne, kBegin);
    EXPECT_FALSE(typing.stop(kOne, kBegin + limits::kTypingExpiry));
}

TEST(Typing, StopsEverywhereAtTheEnd) {
    Typing typing;
    typing.start(kOne, kBegin);
    typing.start(kTwo, kBegin + 5s);
    typing.start(ChannelId{3}, kBegin + 5s);
    EXPECT_THAT(typing.stop_all(kBegin + limits::kTypingExpiry), UnorderedElementsAre(kTwo, ChannelId{3}));
    EXPECT_TRUE(typing.stop_all(kBegin + limits::kTypingExpiry).empty());
}

TEST(Typing, IsBounded) {
    Typing typing;
    for (std::size_t i = 1; i <= Typing::kChannelsMax; ++i)
        EXPECT_TRUE(typing.start(ChannelId{static_cast<std::int64_t>(i)}, kBegin));
    EXPECT_FALSE(typing.start(ChannelId{99}, kBegin));
    EXPECT_TRUE(typing.start(ChannelId{99}, kBegin + limits::kTypingExpiry));
}

} // namespace
} // namespace hubbub::chat
