#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace hubbub::runtime {

class TimerWheel;

/// A node of a slot's circular list; null when in none.
struct TimerLink {
    TimerLink* next = nullptr;
    TimerLink* previous = nullptr;
};

/// A one-shot timer that lives inside the object it belongs to and allocates nothing. Destroying it disarms it.
class Timer : private TimerLink {
  public:
    /// `function(context)` runs on the wheel's shard when the time has passed; it may arm the timer again or destroy
    /// it.
    using Function = void (*)(void* context);

    Timer(Function function, void* context) : function_{function}, context_{context} {}
    ~Timer() { disarm(); }
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    bool armed() const { return next != nullptr; }
    void disarm();

  private:
    friend class TimerWheel;

    Function function_;
    void* context_;
    TimerWheel* wheel_ = nullptr;
    std::uint64_t due_ = 0;
};

/// Hierarchical timing wheel (Varghese & Lauck): arming and disarming cost O(1), however many sockets have a heartbeat.
/// A timer fires half of `kResolution` early or late at most: rounded up, each link of a chain such as ping and its
/// time-out would add to the delay. Not thread-safe: it belongs to its shard.
class TimerWheel {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds kResolution{1};

    explicit TimerWheel(Clock::time_point start);
    ~TimerWheel();
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;

    /// Arms, or moves an armed timer, and returns when `advance` has to be called for it. Any delay is good.
    Clock::time_point arm(Timer& timer, std::chrono::milliseconds delay, Clock::time_point now);

    /// Runs every timer that is due at `now`, in order of their slots. An exception of one leaves this call; those
    /// behind it are due at once.
    void advance(Clock::time_point now);

    /// When `advance` has to be called next at the latest; `time_point::max()` if nothing is armed.
    Clock::time_point next_due() const;

  private:
    friend class Timer;
    static constexpr int kBits = 6;
    static constexpr int kLevels = 4;
    static constexpr std::uint64_t kSlots = 1 << kBits;
    static constexpr std::uint64_t kHorizon = (std::uint64_t{1} << (kBits * kLevels)) - kSlots; ///< 4.6 hours

    std::uint64_t tick_of(Clock::time_point time) const;
    /// Returns the tick at which it fires or moves on.
    std::uint64_t link(Timer& timer);
    void run_due();
    static Timer& front(TimerLink& head) { return static_cast<Timer&>(*head.next); }
    void cascade(int level, std::uint64_t slot);
    bool slot_empty(int level, std::uint64_t slot) const;

    Clock::time_point start_;
    std::uint64_t tick_ = 0; // everything due at or before it has run
    std::size_t armed_ = 0;
    TimerLink slots_[kLevels][kSlots];
};

} // namespace hubbub::runtime
