#include "runtime/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <vector>

namespace hubbub::runtime {
namespace {

using namespace std::chrono_literals;
using Clock = TimerWheel::Clock;

struct Probe {
    int fired = 0;
    Timer timer{[](void* self) { ++static_cast<Probe*>(self)->fired; }, this};
};

TEST(TimerWheel, HalfAResolutionEarlyOrLateAtMost) {
    const Clock::time_point start{};
    constexpr auto kHalf = Clock::duration{TimerWheel::kResolution} / 2;
    std::mt19937 random{7};
    for (int round = 0; round < 300; ++round) {
        TimerWheel wheel{start};
        const auto begin = start + std::chrono::microseconds{random() % 50'000'000};
        wheel.advance(begin);
        const auto delay = std::chrono::milliseconds{1 + random() % (round % 3 == 0 ? 2'000'000U : 60U)};
        Probe probe;
        wheel.arm(probe.timer, delay, begin);
        wheel.advance(begin + delay - kHalf - 1us);
        ASSERT_EQ(probe.fired, 0) << delay.count();
        wheel.advance(begin + delay + kHalf);
        ASSERT_EQ(probe.fired, 1) << delay.count();
        ASSERT_FALSE(probe.timer.armed());
    }
}

TEST(TimerWheel, ADelayBeyondTheLastSlotIsKept) {
    constexpr std::chrono::milliseconds kDelay = 6h;
    const Clock::time_point start{};
    const Clock::time_point begin = start + 3h + 7min;
    TimerWheel wheel{start};
    wheel.advance(begin);
    Probe probe;
    Probe never;
    wheel.arm(probe.timer, kDelay, begin);
    wheel.arm(never.timer, std::chrono::milliseconds::max(), begin);
    for (auto now = wheel.next_due(); now < begin + kDelay; now = wheel.next_due()) {
        wheel.advance(now);
        ASSERT_EQ(probe.fired, 0) << (now - begin).count();
    }
    wheel.advance(begin + kDelay);
    EXPECT_EQ(probe.fired, 1);
    EXPECT_EQ(never.fired, 0);
    EXPECT_TRUE(never.timer.armed());
}

TEST(TimerWheel, AnExceptionLeavesTheTimersBehindItDue) {
    TimerWheel wheel{Clock::time_point{}};
    Timer failing{[](void*) { throw std::runtime_error{"from a test"}; }, nullptr};
    Probe behind;
    Probe later;
    wheel.arm(failing, 10ms, Clock::time_point{});
    wheel.arm(behind.timer, 10ms, Clock::time_point{});
    wheel.arm(later.timer, 12ms, Clock::time_point{});
    const auto now = Clock::time_point{} + 20ms;
    EXPECT_THROW(wheel.advance(now), std::runtime_error);
    EXPECT_LE(wheel.next_due(), now);
    wheel.advance(now);
    EXPECT_EQ(behind.fired, 1);
    EXPECT_EQ(later.fired, 1);
}

TEST(TimerWheel, NextDueNeverSleepsPastATimer) {
    const Clock::time_point start{};
    std::mt19937 random{11};
    for (int round = 0; round < 300; ++round) {
        TimerWheel wheel{start};
        const auto begin = start + std::chrono::microseconds{random() % 50'000'000};
        wheel.advance(begin);
        const auto delay = std::chrono::milliseconds{random() % 400'000U};
        Probe probe;
        wheel.arm(probe.timer, delay, begin);
        int wakes = 0;
        while (probe.fired == 0) {
            const auto due = wheel.next_due();
            ASSERT_LE(due, begin + std::max(delay, 1ms) + TimerWheel::kResolution);
            wheel.advance(due);
            ASSERT_LT(++wakes, 8); // a cascade a level at most, not a wake a tick
        }
    }
}

TEST(TimerWheel, DisarmAndDestroyForget) {
    TimerWheel wheel{Clock::time_point{}};
    Probe kept;
    {
        Probe gone;
        wheel.arm(gone.timer, 10ms, Clock::time_point{});
        wheel.arm(kept.timer, 10ms, Clock::time_point{});
    }
    kept.timer.disarm();
    EXPECT_EQ(wheel.next_due(), Clock::time_point::max());
    wheel.advance(Clock::time_point{} + 1s);
    EXPECT_EQ(kept.fired, 0);
}

struct Periodic {
    TimerWheel& wheel;
    Clock::time_point now{};
    int fired = 0;
    Timer timer{[](void* self) { static_cast<Periodic*>(self)->fire(); }, this};
    void fire() {
        ++fired;
        wheel.arm(timer, 25s, now);
    }
};

TEST(TimerWheel, ATimerMayArmItselfAgain) {
    TimerWheel wheel{Clock::time_point{}};
    Periodic heartbeat{wheel};
    heartbeat.fire();
    for (int second = 1; second <= 100; ++second) {
        heartbeat.now = Clock::time_point{} + std::chrono::seconds{second} + 10ms;
        wheel.advance(heartbeat.now);
    }
    EXPECT_EQ(heartbeat.fired, 5); // at once, and when each 25 s are over to the millisecond
}

} // namespace
} // namespace hubbub::runtime
