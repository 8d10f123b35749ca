#include "chat/accounts/rules.hpp"
#include "chat/errc.hpp"

#include <gmock/gmock.h>

namespace hubbub::chat {
namespace {

using namespace std::string_view_literals;

TEST(ParseUsername, KeepsWhatIsWritten) {
    for (const auto name : {"bob", "A.b-c_9", "...", "abcdefghijklmnopqrstuvwxyz012345"}) {
        EXPECT_EQ(parse_username(name).value(), name);
    }
}

TEST(ParseUsername, SaysWhyNot) {
    const struct {
        std::string_view name;
        Errc why;
    } cases[] = {
        {"", Errc::too_short},     {"ab", Errc::too_short},       {"abcdefghijklmnopqrstuvwxyz0123456", Errc::too_long},
        {"a b", Errc::bad_format}, {" bob", Errc::bad_format},    {"bob\n", Errc::bad_format},
        {"böb", Errc::bad_format}, {"bo\0b"sv, Errc::bad_format}, {"' OR 1=1", Errc::bad_format},
    };
    for (const auto& [name, why] : cases) EXPECT_EQ(parse_username(name).error(), why) << name;
}

TEST(ParsePassword, CountsBytes) {
    EXPECT_TRUE(parse_password("12345678"));
    EXPECT_TRUE(parse_password("éééé"));
    EXPECT_EQ(parse_password("1234567").error(), Errc::too_short);
    EXPECT_TRUE(parse_password(std::string(256, 'x')));
    EXPECT_EQ(parse_password(std::string(257, 'x')).error(), Errc::too_long);
    EXPECT_EQ(parse_password("1234567\0"sv).error(), Errc::bad_format);
}

TEST(ParseDisplayName, AllowsEveryScript) {
    EXPECT_EQ(*parse_display_name(" Ἀθηνᾶ 雅典娜 "), "Ἀθηνᾶ 雅典娜");
    EXPECT_EQ(parse_display_name(std::string(65, 'x')).error(), Errc::too_long);
    EXPECT_EQ(parse_display_name("\u200b").error(), Errc::bad_format);
}

TEST(MakeUsername, FitsTheRuleWhateverTheWish) {
    EXPECT_EQ(make_username("ann"), "ann");
    EXPECT_EQ(make_username("Ann.Lee@example.com"), "Ann.Lee-example.com");
    EXPECT_EQ(make_username("auth0|5f7c8"), "auth0-5f7c8");
    EXPECT_EQ(make_username("Zoë"), "Zo-");
    for (const std::string& wish : {std::string{}, std::string{"é"}, std::string{"a"}, std::string(100, 'x'),
                                    std::string{"' OR 1=1 --"}, std::string(3, '\0')}) {
        EXPECT_TRUE(parse_username(make_username(wish))) << wish;
    }
}

TEST(ParseUsernamePrefix, IsInLowerCase) {
    EXPECT_EQ(*parse_username_prefix("A"), "a");
    EXPECT_EQ(parse_username_prefix("").error(), Errc::too_short);
    EXPECT_EQ(parse_username_prefix("%").error(), Errc::bad_format);
    EXPECT_EQ(parse_username_prefix(std::string(33, 'a')).error(), Errc::too_long);
}

} // namespace
} // namespace hubbub::chat
