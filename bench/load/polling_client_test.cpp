#include "polling_client.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace hubbub::load {
namespace {

TEST(ParseAnswer, WaitsForEveryByte) {
    const std::string whole = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-LENGTH:  5\r\n\r\nhello";
    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) EXPECT_FALSE(parse_answer(whole.substr(0, bytes)));
    const std::string two = whole + "HTTP/1.1 200 OK\r\n";
    const auto answer = parse_answer(two);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "hello");
    EXPECT_EQ(answer->bytes, whole.size());
}

TEST(ParseAnswer, RefusesWhatHasNoLength) {
    EXPECT_THROW(parse_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), std::runtime_error);
    EXPECT_THROW(parse_answer("HTTP/1.1 200 OK\r\nContent-Length: none\r\n\r\n"), std::runtime_error);
    EXPECT_THROW(parse_answer("SSH-2.0\r\nContent-Length: 0\r\n\r\n"), std::runtime_error);
}

} // namespace
} // namespace hubbub::load
