#include "gateway/write_barrier.hpp"

#include <gmock/gmock.h>

namespace hubbub::gateway {
namespace {

using testing::ElementsAre;

class WriteBarrierTest : public testing::Test {
  protected:
    void wait(int number) {
        barrier_.after([this, number] { done_.push_back(number); });
    }
    WriteBarrier barrier_;
    std::vector<int> done_;
};

TEST_F(WriteBarrierTest, IsOpenWhenNothingIsWritten) {
    wait(1);
    EXPECT_THAT(done_, ElementsAre(1));
    barrier_.enter();
    wait(2);
    EXPECT_THAT(done_, ElementsAre(1, 2));
}

TEST_F(WriteBarrierTest, WaitsForEarlierWritesOnly) {
    auto first = barrier_.enter();
    auto second = barrier_.enter();
    wait(1);
    const auto later = barrier_.enter();
    first.reset();
    EXPECT_THAT(done_, ElementsAre());
    second.reset();
    EXPECT_THAT(done_, ElementsAre(1));
}

TEST_F(WriteBarrierTest, WaitsForTheWritesBeforeEarlierBarriersToo) {
    auto first = barrier_.enter();
    wait(1);
    auto second = barrier_.enter();
    wait(2);
    wait(3);
    second.reset();
    EXPECT_THAT(done_, ElementsAre());
    first.reset();
    EXPECT_THAT(done_, ElementsAre(1, 2, 3));
    wait(4);
    EXPECT_THAT(done_, ElementsAre(1, 2, 3, 4));
}

TEST_F(WriteBarrierTest, EndsALongChainWithoutRecursion) {
    auto first = barrier_.enter();
    constexpr int kMany = 200'000;
    for (int i = 0; i < kMany; ++i) wait(i);
    first.reset();
    EXPECT_EQ(done_.size(), std::size_t{kMany});
}

} // namespace
} // namespace hubbub::gateway
