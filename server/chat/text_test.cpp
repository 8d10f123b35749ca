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

std::string times(std::size_t count, std::string_view text) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
}

TEST(Examine, RefusesMoreThanThirtyMarksInARow) {
    const std::string accepted[] = {
        "a" + times(30, "\u0301"),
        times(30, "\u0301"),
        times(500, "a" + times(15, "\u0301\u0323")),
        times(15, "\u0344"),                                  // two marks each
        "\u00e9" + times(29, "\u0301"),                       // a letter with one
        times(30, "\u0301") + "\u034f" + times(30, "\u0301"), // COMBINING GRAPHEME JOINER
        times(40, "\u00b4"),                                  // a space with a mark each, by compatibility
        times(20, "\uac01\u3316\ufdfa"),
    };
    for (const auto& text : accepted) EXPECT_TRUE(examine(text, TextKind::block)) << text;
    const std::string refused[] = {
        "a" + times(31, "\u0301"),
        "a" + times(4095, "\u0301") + times(4096, "\u0323"),
        times(16, "\u0301\u0323"),
        times(16, "\u0344"),
        "\u00e9" + times(30, "\u0301"),
        "\u1f82" + times(28, "\u0323"), // a letter with three
        "\u00b4" + times(30, "\u0301"),
        "\ufc5e" + times(29, "\u0301"),                  // a space with two, by compatibility
        times(10, "\u0f73\u0f75") + times(11, "\u0301"), // two marks each
    };
    for (const auto& text : refused) {
        EXPECT_EQ(examine(text, TextKind::block).error(), Errc::bad_format) << text;
        EXPECT_EQ(parse_line(text, 10'000).error(), Errc::bad_format) << text;
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
    EXPECT_EQ(parse_name(times(100'000, "\xff"), 5).error(), Errc::too_long) << "without a look at each byte";
}

} // namespace
} // namespace hubbub::chat
