#include "base/limits.hpp"
#include "engineio/poll_payloads.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hubbub::engineio {
namespace {

using net::Frame;
using net::FramePtr;

FramePtr text(std::string_view data, Frame::Compression compression = Frame::Compression::allowed) {
    return Frame::make(Frame::Kind::text, {data}, compression);
}

TEST(PollPayloads, SeparatesPacketsAndEncodesBinaryOnes) {
    PollPayloads payloads;
    const auto payload = payloads.of({text("4a"), Frame::make(Frame::Kind::binary, {"\x01\x02"}), text("2")}, false);
    EXPECT_EQ(payload.bytes->wire(), "4a\x1e"
                                     "bAQI=\x1e"
                                     "2");
    EXPECT_FALSE(payload.gzipped);
}

TEST(PollPayloads, JoinsTheSamePacketsOnceForAllWhoPoll) {
    PollPayloads payloads;
    const FramePtr first = text("4first");
    const FramePtr second = text("4second");
    const auto shared = payloads.of({first, second}, false);
    EXPECT_EQ(payloads.of({first, second}, false).bytes->wire().data(), shared.bytes->wire().data());
    EXPECT_EQ(payloads.of({second, first}, false).bytes->wire(), "4second\x1e"
                                                                 "4first");
    EXPECT_EQ(payloads.of({first}, false).bytes->wire(), "4first");
    EXPECT_EQ(payloads.of({text("4first")}, false).bytes->wire(), "4first");
}

TEST(PollPayloads, CompressesOnceForAllWhoTakeIt) {
    PollPayloads payloads;
    const FramePtr packet = text(std::string(2 * limits::kDeflateThreshold, '4'));
    const auto packed = payloads.of({packet}, true);
    EXPECT_TRUE(packed.gzipped);
    EXPECT_LT(packed.bytes->wire().size(), packet->payload().size());
    EXPECT_EQ(payloads.of({packet}, true).bytes->wire().data(), packed.bytes->wire().data());
    EXPECT_EQ(payloads.of({packet}, false).bytes->wire(), packet->payload());
    const auto of_others = payloads.of({text(std::string(2 * limits::kDeflateThreshold, '2'))}, true);
    EXPECT_NE(of_others.bytes->wire(), packed.bytes->wire());
}

TEST(PollPayloads, CompressesNeitherWhatIsShortNorWhatMustNotBe) {
    PollPayloads payloads;
    EXPECT_FALSE(payloads.of({text("4short")}, true).gzipped);
    const std::string data(2 * limits::kDeflateThreshold, '4');
    EXPECT_FALSE(payloads.of({text(data, Frame::Compression::never)}, true).gzipped);
}

TEST(PollPayloads, KeepsNoLargePayload) {
    PollPayloads payloads;
    const FramePtr packet = text(std::string(1 << 20, '4'));
    const auto first = payloads.of({packet}, false);
    EXPECT_EQ(first.bytes->wire(), packet->payload());
    EXPECT_NE(payloads.of({packet}, false).bytes->wire().data(), first.bytes->wire().data());
}

} // namespace
} // namespace hubbub::engineio
