#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "chat/messages/rules.hpp"

#include <gmock/gmock.h>

namespace hubbub::chat {
namespace {

using namespace std::string_view_literals;

TEST(ParseContent, KeepsEveryByte) {
    const std::string longest(limits::kMessageBytesMax, 'x');
    for (const std::string_view text :
         {"hi"sv, "  two\n\tlines  "sv, "👩‍👩‍👧 \u00e9"sv, std::string_view{longest}})
        EXPECT_EQ(parse_content(text).value(), text);
}

TEST(ParseContent, ComposesAndMeasuresThen) {
    EXPECT_EQ(parse_content("e\u0301").value(), "\u00e9");
    // MUSICAL SYMBOL HALF NOTE is excluded from composition: twice as long in form C.
    std::string notes;
    for (std::size_t i = 0; i < limits::kMessageBytesMax / 4; ++i) notes += "\U0001d15e";
    EXPECT_EQ(parse_content(notes).error(), Errc::too_long);
}

TEST(ParseContent, SaysWhyNot) {
    EXPECT_EQ(parse_content("").error(), Errc::too_short);
    EXPECT_EQ(parse_content(" \n\t\u00a0").error(), Errc::too_short);
    EXPECT_EQ(parse_content(std::string(limits::kMessageBytesMax + 1, 'x')).error(), Errc::too_long);
    EXPECT_EQ(parse_content("a\0b"sv).error(), Errc::bad_format);
    EXPECT_EQ(parse_content("a\x1b[2J").error(), Errc::bad_format);
    EXPECT_EQ(parse_content("\xed\xa0\x80").error(), Errc::bad_format);
}

TEST(ParseReaction, TakesOneEmojiOrAName) {
    for (const std::string_view text :
         {"👍", "👍🏽", "❤", "❤️", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪",
          "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣", "👩🏽‍❤️‍💋‍👨🏿",
          ":a:", ":ship_it-2+:", ":aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:"}) {
        EXPECT_EQ(parse_reaction(text).value(), text);
    }
}

TEST(ParseReaction, RefusesEverythingElse) {
    EXPECT_EQ(parse_reaction("").error(), Errc::too_short);
    EXPECT_EQ(parse_reaction(":" + std::string(limits::kReactionNameMax + 1, 'a') + ":").error(), Errc::too_long);
    EXPECT_EQ(parse_reaction(std::string(limits::kReactionBytesMax + 1, 'a')).error(), Errc::too_long);
    const std::string_view texts[] = {"a",    "1",    "#",      ":",       "::",      ":A:",     ":a b:",
                                      ":a",   "👍👍",   "👍 ",     " 👍",      "👍\u200d", "\u200d👍", "\ufe0f",
                                      "🇩",    "🇩🇪🇫🇷", "\u20e3", "e\u0301", "<b>",     "👍\xff",   "🏴\U000e0067",
                                      "a\0"sv};
    for (const std::string_view text : texts) {
        EXPECT_EQ(parse_reaction(text).error(), Errc::bad_format) << text;
    }
}

TEST(MayDeleteOfOthers, ForAdminsAndOwnersOfChannels) {
    for (const auto type : {ChannelType::public_channel, ChannelType::private_channel}) {
        EXPECT_FALSE(may_delete_of_others(type, Role::member));
        EXPECT_TRUE(may_delete_of_others(type, Role::admin));
        EXPECT_TRUE(may_delete_of_others(type, Role::owner));
    }
    EXPECT_FALSE(may_delete_of_others(ChannelType::direct, Role::owner));
}

TEST(Uuid, RoundTripsInLowerCase) {
    const auto uuid = parse_uuid("0192F0C1-2B3d-7e4f-8A5b-6c7d8e9fA0b1");
    ASSERT_TRUE(uuid);
    EXPECT_EQ(to_string(*uuid), "0192f0c1-2b3d-7e4f-8a5b-6c7d8e9fa0b1");
}

TEST(Uuid, RefusesEveryOtherForm) {
    for (const auto text : {"", "0192f0c1", "0192f0c12b3d7e4f8a5b6c7d8e9fa0b1", "{192f0c1-2b3d-7e4f-8a5b-6c7d8e9fa0b1}",
                            "0192f0c1-2b3d-7e4f-8a5b-6c7d8e9fa0b", "0192f0c1-2b3d-7e4f-8a5b-6c7d8e9fa0bg",
                            "0192f0c1-2b3d-7e4f-8a5b_6c7d8e9fa0b1", "0192f0c1-2b3d-7e4f-8a5b-6c7d8e9fa0b11"}) {
        EXPECT_EQ(parse_uuid(text).error(), Errc::bad_format) << text;
    }
}

} // namespace
} // namespace hubbub::chat
