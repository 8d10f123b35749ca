#include "net/outbox.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <string>

namespace hubbub::net {
namespace {

/// A connected pair whose first end has a small kernel buffer.
class OutboxTest : public testing::Test {
  protected:
    OutboxTest() {
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_), 0);
        const int small = 8 * 1024;
        ::setsockopt(ends_[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    }
    ~OutboxTest() override {
        ::close(ends_[0]);
        if (ends_[1] >= 0) ::close(ends_[1]);
    }

    void push(std::size_t size) {
        std::string bytes(size, '\0');
        for (char& byte : bytes) byte = static_cast<char>(random_());
        expected_ += bytes;
        outbox_.push(Frame::make(Frame::Kind::raw, {bytes}));
    }

    void read_some(std::size_t at_most) {
        std::string buffer(at_most, '\0');
        const ssize_t got = ::recv(ends_[1], buffer.data(), buffer.size(), 0);
        if (got > 0) received_.append(buffer, 0, static_cast<std::size_t>(got));
    }

    int ends_[2] = {-1, -1};
    char scratch_[64 * 1024];
    Outbox outbox_;
    std::string expected_;
    std::string received_;
    std::mt19937 random_{5};
};

TEST_F(OutboxTest, CountsWhatWaits) {
    EXPECT_TRUE(outbox_.empty());
    outbox_.push(Frame::make(Frame::Kind::text, {"abc"}));
    EXPECT_EQ(outbox_.bytes(), 5U);
    outbox_.push(Frame::make(Frame::Kind::raw, {}));
    EXPECT_EQ(outbox_.bytes(), 5U);
    outbox_.clear();
    EXPECT_TRUE(outbox_.empty());
}

TEST_F(OutboxTest, SendsAllThatIsQueuedAsOneRun) {
    for (int i = 0; i < 100; ++i) push(40);
    const auto done = outbox_.write(ends_[0], scratch_);
    ASSERT_TRUE(done.has_value());
    EXPECT_TRUE(*done);
    EXPECT_TRUE(outbox_.empty());
    read_some(100'000); // one read gets it: it was one write
    EXPECT_EQ(received_, expected_);
}

TEST_F(OutboxTest, KeepsOrderAndBytesThroughPartialWrites) {
    const std::size_t sizes[] = {1, 7, 120, 1500, 16 * 1024, 16 * 1024 + 1, 40'000, 70'000};
    for (int round = 0; round < 400; ++round) {
        for (unsigned frames = random_() % 6; frames > 0; --frames) push(sizes[random_() % std::size(sizes)]);
        const auto done = outbox_.write(ends_[0], scratch_);
        ASSERT_TRUE(done.has_value()) << done.error();
        EXPECT_EQ(*done, outbox_.empty());
        read_some(1 + random_() % 100'000);
        ASSERT_TRUE(expected_.starts_with(received_));
    }
    for (int round = 0; received_.size() < expected_.size() && round < 100'000; ++round) {
        ASSERT_TRUE(outbox_.write(ends_[0], scratch_).has_value());
        read_some(100'000);
    }
    EXPECT_EQ(received_, expected_);
    EXPECT_TRUE(outbox_.empty());
}

TEST_F(OutboxTest, ManyLargeFramesAreGathered) {
    for (int i = 0; i < 80; ++i) push(20'000);
    while (!outbox_.empty()) {
        ASSERT_TRUE(outbox_.write(ends_[0], scratch_).has_value());
        read_some(100'000);
    }
    for (int i = 0; i < 10; ++i) read_some(1'000'000);
    EXPECT_EQ(received_, expected_);
}

TEST_F(OutboxTest, SaysWhatTheKernelSays) {
    push(10);
    ::close(std::exchange(ends_[1], -1));
    const auto done = outbox_.write(ends_[0], scratch_);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().value(), EPIPE);
}

} // namespace
} // namespace hubbub::net
