#include "runtime/timer_wheel.hpp"

#include <algorithm>

namespace hubbub::runtime {

void Timer::disarm() {
    if (!armed()) return;
    previous->next = next;
    next->previous = previous;
    next = previous = nullptr;
    --wheel_->armed_;
}

TimerWheel::TimerWheel(Clock::time_point start) : start_{start} {
    for (auto& level : slots_)
        for (TimerLink& head : level) head.next = head.previous = &head;
}

TimerWheel::~TimerWheel() {
    for (auto& level : slots_)
        for (TimerLink& head : level)
            while (head.next != &head) front(head).disarm();
}

std::uint64_t TimerWheel::tick_of(Clock::time_point time) const {
    return time <= start_ ? 0 : static_cast<std::uint64_t>((time - start_) / kResolution);
}

TimerWheel::Clock::time_point TimerWheel::arm(Timer& timer, std::chrono::milliseconds delay, Clock::time_point now) {
    timer.disarm();
    const auto after = static_cast<std::uint64_t>(std::max<std::int64_t>(delay.count(), 0));
    timer.due_ = std::max(tick_of(now + Clock::duration{kResolution} / 2) + after, tick_ + 1);
    timer.wheel_ = this;
    ++armed_;
    return start_ + link(timer) * kResolution;
}

std::uint64_t TimerWheel::link(Timer& timer) {
    // What is due beyond the last slot waits there, and moves on when that slot cascades.
    const std::uint64_t at = std::min(timer.due_, tick_ + kHorizon);
    int level = 0;
    while (level < kLevels - 1 && (at >> (kBits * (level + 1))) != (tick_ >> (kBits * (level + 1)))) ++level;
    TimerLink& head = slots_[level][(at >> (kBits * level)) % kSlots];
    timer.previous = head.previous;
    timer.next = &head;
    head.previous->next = &timer;
    head.previous = &timer;
    return at;
}

bool TimerWheel::slot_empty(int level, std::uint64_t slot) const {
    const TimerLink& head = slots_[level][slot];
    return head.next == &head;
}

void TimerWheel::cascade(int level, std::uint64_t slot) {
    TimerLink& head = slots_[level][slot];
    while (head.next != &head) {
        Timer& timer = front(head);
        timer.previous->next = timer.next;
        timer.next->previous = timer.previous;
        link(timer);
    }
}

void TimerWheel::advance(Clock::time_point now) {
    run_due(); // what an exception has left
    const std::uint64_t target = tick_of(now);
    while (tick_ < target) {
        if (armed_ == 0) {
            tick_ = target;
            return;
        }
        ++tick_;
        for (int level = kLevels - 1; level > 0; --level) {
            const std::uint64_t below = (std::uint64_t{1} << (kBits * level)) - 1;
            if ((tick_ & below) == 0) cascade(level, (tick_ >> (kBits * level)) % kSlots);
        }
        run_due();
    }
}

void TimerWheel::run_due() {
    TimerLink& head = slots_[0][tick_ % kSlots];
    while (head.next != &head) {
        Timer& timer = front(head);
        timer.disarm();
        timer.function_(timer.context_);
    }
}

TimerWheel::Clock::time_point TimerWheel::next_due() const {
    if (armed_ == 0) return Clock::time_point::max();
    if (!slot_empty(0, tick_ % kSlots)) return start_ + tick_ * kResolution;
    // The next non-empty slot of a level lies before any of the level above, whose slots cascade at their start.
    for (int level = 0; level < kLevels; ++level) {
        const std::uint64_t current = tick_ >> (kBits * level);
        for (std::uint64_t ahead = 1; ahead <= kSlots; ++ahead) {
            if (slot_empty(level, (current + ahead) % kSlots)) continue;
            return start_ + ((current + ahead) << (kBits * level)) * kResolution;
        }
    }
    return Clock::time_point::max();
}

} // namespace hubbub::runtime
