#include "net/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hubbub::net {
namespace {

using namespace std::string_literals;

bool by_pieces(std::string_view text, std::size_t size) {
    Utf8Checker checker;
    for (; !text.empty(); text.remove_prefix(std::min(size, text.size())))
        if (!checker.feed(text.substr(0, size))) return false;
    return checker.complete();
}

void expect_validity(bool valid, const std::string& text) {
    // Behind ASCII of every length up to two words, so that the fast path ends at each offset.
    for (std::size_t ascii = 0; ascii <= 17; ++ascii) {
        const std::string padded = std::string(ascii, 'a') + text + std::string(ascii, 'z');
        EXPECT_EQ(is_utf8(padded), valid) << testing::PrintToString(padded);
        EXPECT_EQ(by_pieces(padded, 1), valid) << testing::PrintToString(padded);
        EXPECT_EQ(by_pieces(padded, 3), valid) << testing::PrintToString(padded);
    }
}

TEST(Utf8, AcceptsEveryBoundary) {
    for (const auto& text :
         {""s, "\0"s, "\x7F"s, "\xC2\x80"s, "\xDF\xBF"s, "\xE0\xA0\x80"s, "\xED\x9F\xBF"s, "\xEE\x80\x80"s,
          "\xEF\xBF\xBF"s, "\xF0\x90\x80\x80"s, "\xF4\x8F\xBF\xBF"s, "κόσμε"s, "日本語 😀"s})
        expect_validity(true, text);
}

TEST(Utf8, RefusesWhatIsNot) {
    for (const auto& text :
         {"\x80"s, "\xBF"s, "\xC0\x80"s, "\xC1\xBF"s, "\xC2"s, "\xC2\x41"s, "\xE0\x80\x80"s, "\xE0\x9F\xBF"s,
          "\xE2\x82"s, "\xED\xA0\x80"s, "\xED\xBF\xBF"s, "\xF0\x80\x80\x80"s, "\xF0\x8F\xBF\xBF"s, "\xF0\x9F\x98"s,
          "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s, "\xF8\x88\x80\x80\x80"s, "\xFE"s, "\xFF"s})
        expect_validity(false, text);
}

TEST(Utf8, FailsAtTheFirstImpossibleByte) {
    Utf8Checker checker;
    EXPECT_TRUE(checker.feed("\xED"));
    EXPECT_FALSE(checker.feed("\xA0")); // a surrogate, known before its third byte
}

} // namespace
} // namespace hubbub::net
