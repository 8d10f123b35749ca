#include "chat/receipts/pending_marks.hpp"

#include <gmock/gmock.h>

namespace hubbub::chat {
namespace {

constexpr UserId kAlice{1};
constexpr ChannelId kTen{10};
constexpr ChannelId kTwenty{20};

MarkWrite read_until(ChannelId channel, std::int64_t seq) {
    MarkWrite move;
    move.channel = channel;
    move.user = kAlice;
    move.marks.read = {MessageId{100 + seq}, seq};
    move.marks.delivered = move.marks.read;
    move.told_read = true;
    return move;
}

TEST(PendingMarks, OnlyMoveForward) {
    PendingMarks marks{10};
    EXPECT_TRUE(marks.advance(read_until(kTen, 5)));
    EXPECT_TRUE(marks.advance(read_until(kTen, 3)));
    EXPECT_EQ(marks.find(kAlice, kTen).read.seq, 5);
    EXPECT_EQ(marks.find(kAlice, kTwenty).read.seq, 0);
    EXPECT_EQ(marks.of(kAlice).size(), 1u);
}

TEST(PendingMarks, AreWrittenOnceHoweverOftenTheyMove) {
    PendingMarks marks{10};
    for (std::int64_t seq = 1; seq <= 5; ++seq) marks.advance(read_until(kTen, seq));
    marks.advance(read_until(kTwenty, 1));
    const auto writes = marks.take(10);
    ASSERT_EQ(writes.size(), 2u);
    EXPECT_EQ(writes[0].marks.read.seq, 5);
    EXPECT_FALSE(marks.has_unwritten());
    EXPECT_EQ(marks.find(kAlice, kTen).read.seq, 5) << "known until it is written";
    marks.written(writes);
    EXPECT_EQ(marks.size(), 0u);
    EXPECT_EQ(marks.find(kAlice, kTen).read.seq, 0);
}

TEST(PendingMarks, WhatMovesDuringItsWriteIsWrittenAgain) {
    PendingMarks marks{10};
    marks.advance(read_until(kTen, 1));
    const auto writes = marks.take(10);
    marks.advance(read_until(kTen, 2));
    marks.written(writes);
    EXPECT_EQ(marks.find(kAlice, kTen).read.seq, 2);
    EXPECT_EQ(marks.take(10).front().marks.read.seq, 2);
}

TEST(PendingMarks, AFailedWriteIsTriedAgain) {
    PendingMarks marks{10};
    marks.advance(read_until(kTen, 1));
    marks.failed(marks.take(10));
    const auto again = marks.take(10);
    ASSERT_EQ(again.size(), 1u);
    EXPECT_TRUE(again.front().told_read);
}

TEST(PendingMarks, AreBounded) {
    PendingMarks marks{1};
    EXPECT_TRUE(marks.advance(read_until(kTen, 1)));
    EXPECT_FALSE(marks.advance(read_until(kTwenty, 1)));
    EXPECT_TRUE(marks.advance(read_until(kTen, 2)));
}

} // namespace
} // namespace hubbub::chat
