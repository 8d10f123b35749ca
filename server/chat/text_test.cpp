#include "chat/errc.hpp"
#include "chat/text.hpp"

#include <gmock/gmock.h>

namespace hubbub::chat {
namespace {

using namespace std::string_view_literals;

TEST(ToNfc, ComposesWhatLooksTheSame) {
    EXPECT_EQ(to_nfc("plain"), "plain");
    EXPECT_EQ(to_nfc("e\u0301"), "\u00e9");
    EXPECT_EQ(to_nfc("\u00e9"), "\u00e9");
    EXPECT_EQ(to_nfc("\u212b"), "\u00c5");       // ANGSTROM SIGN
    EXPECT_EQ(to_nfc("\u1100\u1161"), "\uac00"); // Hangul
    EXPECT_EQ(to_nfc("\u0065\u0323\u0301 \U0001f44d\U0001f3fd"), "\u1eb9\u0301 \U0001f44d\U0001f3fd");
    EXPECT_EQ(*parse_name(" Ame\u0301lie ", 80), "Am\u00e9lie");
}

TEST(Examine, RefusesWhatIsNotText) {
    const std::string_view refused[] = {
        "a\0b"sv,
        "\x01",
        "\x1b[31m",
        "\x7f",
        "\xc2\x80",             // U+0080
        "\x80",                 // continuation without a lead
        "\xc3",                 // cut short
        "\xc3(",                // continuation missing
        "\xc0\xaf",             // overlong '/'
        "\xe0\x80\xaf",         // overlong
        "\xf0\x80\x80\xaf",     // overlong
        "\xed\xa0\x80",         // lone surrogate
        "\xed\xb0\x80",         // lone surrogate
        "\xf4\x90\x80\x80",     // above U+10FFFF
        "\xf8\x88\x80\x80\x80", // five bytes
        "\xff",
    };
    for (const auto text : refused) {
        EXPECT_EQ(examine(text, TextKind::block).error(), Errc::bad_format) << testing::PrintToString(text);
        EXPECT_EQ(examine(text, TextKind::line).error(), Errc::bad_format) << testing::PrintToString(text);
    }
}

TEST(Examine, LetsALineFeedAndATabIntoBlocksOnly) {
    EXPECT_TRUE(examine("a\n\tb", TextKind::block));
    EXPECT_FALSE(examine("a\nb", TextKind::line));
    EXPECT_FALSE(examine("a\rb", TextKind::block));
}

TEST(Examine, RefusesLinesThatDeceive) {
    for (const auto text : {"a\u202eb", "a\u2066b", "a\u200bb", "a\ufeffb", "a\u2028b", "a\u200fb"}) {
        EXPECT_FALSE(examine(text, TextKind::line)) << text;
        EXPECT_TRUE(examine(text, TextKind::block)) << text;
    }
}

TEST(Examine, CountsCharactersNotBytes) {
    EXPECT_EQ(examine("Grüße 👋🏽", TextKind::line)->characters, 8u);
    EXPECT_EQ(examine("", TextKind::line)->characters, 0u);
}

TEST(Examine, KnowsWhatCannotBeSeen) {
    for (const auto text : {"", " ", "\n\t", "\u00a0", "\u200b\u200d", "\u3000", "\u2800", "\ufe0f", "\u00ad"})
        EXPECT_TRUE(examine(text, TextKind::block)->blank) << testing::PrintToString(text);
    for (const auto text : {"a", " .", "😀", "\u0301"})
        EXPECT_FALSE(examine(text, TextKind::block)->blank) << testing::PrintToString(text);
}

TEST(ParseName, TrimsAndMeasures) {
    EXPECT_EQ(*parse_name("  Alice B \t", 10), "Alice B");
    EXPECT_EQ(*parse_name("ééééé", 5), "ééééé");
    EXPECT_EQ(parse_name("éééééé", 5).error(), Errc::too_long);
    EXPECT_EQ(parse_name("   ", 5).error(), Errc::too_short);
    EXPECT_EQ(parse_name("", 5).error(), Errc::too_short);
    EXPECT_EQ(parse_name("a\nb", 5).error(), Errc::bad_format);
}

} // namespace
} // namespace hubbub::chat
