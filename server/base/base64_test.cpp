#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace hubbub {
namespace {

TEST(Base64, Rfc4648Vectors) {
    const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : vectors) {
        EXPECT_EQ(base64_encode(bytes), text);
        EXPECT_EQ(base64_decode(text), bytes);
    }
    EXPECT_EQ(base64_decode("Zm8"), "fo"); // without padding
}

TEST(Base64, RefusesWhatIsNone) {
    for (const std::string_view text : {"A", "AAAAA", "Zm9v!", "Zm=9v", "====", "Zg=== ", "-_-_"})
        EXPECT_FALSE(base64_decode(text)) << text;
}

} // namespace
} // namespace hubbub
