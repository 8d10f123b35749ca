#include "runtime/shard.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <future>
#include <vector>

namespace hubbub::runtime {
namespace {

using namespace std::chrono_literals;

TEST(Shard, RunsPostedWorkInOrderOfEachPoster) {
    Shards shards{2};
    shards.start();
    constexpr int kPosters = 3;
    constexpr int kEach = 5000;
    std::vector<int> next(kPosters, 0);
    std::promise<void> done;
    int left = kPosters * kEach;
    std::vector<std::thread> posters;
    for (int poster = 0; poster < kPosters; ++poster) {
        posters.emplace_back([&, poster] {
            for (int i = 0; i < kEach; ++i) {
                shards[1].post([&, poster, i] {
                    EXPECT_EQ(next[static_cast<std::size_t>(poster)]++, i);
                    EXPECT_TRUE(shards[1].on_this_thread());
                    if (--left == 0) done.set_value();
                });
            }
        });
    }
    for (auto& poster : posters) poster.join();
    EXPECT_EQ(done.get_future().wait_for(20s), std::future_status::ready);
    shards.stop();
}

struct CountingTask final : TickTask {
    int runs = 0;
    void on_tick_end() override { ++runs; }
};

TEST(Shard, ATickTaskRunsOnceATick) {
    Shards shards{1};
    CountingTask task;
    CountingTask cancelled;
    std::promise<int> runs;
    shards[0].post([&] {
        for (int i = 0; i < 100; ++i) shards[0].at_tick_end(task);
        shards[0].at_tick_end(cancelled);
        shards[0].cancel_tick_end(cancelled);
        boost::asio::post(shards[0].io(), [&] { EXPECT_EQ(task.runs, 0); }); // same iteration
    });
    shards.start();
    Timer later{[](void* context) { static_cast<std::promise<int>*>(context)->set_value(1); }, &runs};
    shards[0].post([&] { shards[0].arm(later, 20ms); });
    ASSERT_EQ(runs.get_future().wait_for(10s), std::future_status::ready);
    shards.stop();
    EXPECT_EQ(task.runs, 1);
    EXPECT_EQ(cancelled.runs, 0);
}

TEST(Shard, AnExceptionInAHandlerEndsThatHandlerOnly) {
    Shards shards{1};
    shards.start();
    std::promise<void> alive;
    shards[0].post([] { throw std::runtime_error{"from a test"}; });
    shards[0].post([&] { alive.set_value(); });
    EXPECT_EQ(alive.get_future().wait_for(10s), std::future_status::ready);
    shards.stop();
}

TEST(Shard, AnExceptionInATimerLeavesTheOthersRunning) {
    Shards shards{1};
    std::promise<void> fired;
    Timer failing{[](void*) { throw std::runtime_error{"from a test"}; }, nullptr};
    Timer later{[](void* context) { static_cast<std::promise<void>*>(context)->set_value(); }, &fired};
    shards[0].arm(failing, 1ms);
    shards[0].arm(later, 20ms);
    shards.start();
    EXPECT_EQ(fired.get_future().wait_for(10s), std::future_status::ready);
    shards.stop();
}

} // namespace
} // namespace hubbub::runtime
