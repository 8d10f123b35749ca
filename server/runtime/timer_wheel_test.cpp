#include "runtime/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace hubbub::runtime {
namespace {

using namespace std::chrono_literals;
using Clock = TimerWheel::Clock;

struct Probe {
    int fired = 0;
    Timer timer{[](void* self) { ++static_cast<Probe*>(self)->fired; }, this};
};

TEST(TimerWheel, NeverEarlyAndAtMostOneResolutionLate) {
    const Clock::time_point start{};
    std::mt19937 random{7};
    for (int round = 0; round < 300; ++round) {
        TimerWheel wheel{start};
        const auto begin = start + std::chrono::microseconds{random() % 50'000'000};
        wheel.advance(begin);
        const auto delay = std::chrono::microseconds{random() % (round % 3 == 0 ? 2'000'000'000U : 60'000U)};
        Probe probe;
        wheel.arm(probe.timer, delay, begin);
        wheel.advance(begin + delay - 1us);
        ASSERT_EQ(probe.fired, 0) << delay.count();
        wheel.advance(begin + delay + TimerWheel::kResolution);
        ASSERT_EQ(probe.fired, 1) << delay.count();
        ASSERT_FALSE(probe.timer.armed());
    }
}

TEST(TimerWheel, NextDueNeverSleepsPastATimer) {
    const Clock::time_point start{};
    std::mt19937 random{11};
    for (int round = 0; round < 300; ++round) {
        TimerWheel wheel{start};
        const auto begin = start + std::chrono::microseconds{random() % 50'000'000};
        wheel.advance(begin);
        const auto delay = std::chrono::microseconds{random() % 400'000'000U};
        Probe probe;
        wheel.arm(probe.timer, delay, begin);
        int wakes = 0;
        while (probe.fired == 0) {
            const auto due = wheel.next_due();
            ASSERT_LE(due, begin + delay + TimerWheel::kResolution);
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
