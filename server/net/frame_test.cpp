#include "net/frame.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hubbub::net {
namespace {

using namespace std::string_literals;

TEST(Frame, HasTheShortestHeader) {
    const struct {
        Frame::Kind kind;
        std::size_t payload;
        std::string header;
    } cases[] = {
        {Frame::Kind::raw, 0, ""s},
        {Frame::Kind::raw, 70000, ""s},
        {Frame::Kind::text, 0, "\x81\x00"s},
        {Frame::Kind::text, 1, "\x81\x01"s},
        {Frame::Kind::text, 125, "\x81\x7D"s},
        {Frame::Kind::text, 126, "\x81\x7E\x00\x7E"s},
        {Frame::Kind::binary, 127, "\x82\x7E\x00\x7F"s},
        {Frame::Kind::binary, 65535, "\x82\x7E\xFF\xFF"s},
        {Frame::Kind::binary, 65536, "\x82\x7F\x00\x00\x00\x00\x00\x01\x00\x00"s},
        {Frame::Kind::ping, 125, "\x89\x7D"s},
        {Frame::Kind::pong, 0, "\x8A\x00"s},
        {Frame::Kind::close, 2, "\x88\x02"s},
    };
    for (const auto& expected : cases) {
        const std::string payload(expected.payload, 'x');
        const FramePtr frame = Frame::make(expected.kind, {payload});
        EXPECT_EQ(frame->wire(), expected.header + payload) << expected.payload;
        EXPECT_EQ(frame->payload(), payload);
        EXPECT_EQ(frame->kind(), expected.kind);
    }
}

TEST(Frame, JoinsItsParts) {
    const FramePtr frame = Frame::make(Frame::Kind::text, {"42", "", R"(["hello")", "]"});
    EXPECT_EQ(frame->payload(), R"(42["hello"])");
}

TEST(Frame, IsSharedUntilTheLastReferenceGoes) {
    FramePtr first = Frame::make(Frame::Kind::text, {"shared"});
    FramePtr second = first;
    const Frame* const address = &*first;
    first = FramePtr{};
    EXPECT_FALSE(first);
    EXPECT_EQ(&*second, address);
    FramePtr third = std::move(second);
    FramePtr& same = third;
    third = same; // assigning to itself has to be harmless
    EXPECT_EQ(third->payload(), "shared");
}

} // namespace
} // namespace hubbub::net
