#pragma once
#include "base/abi.hpp"
#include "base/callback.hpp"
#include "runtime/mailbox.hpp"
#include "runtime/timer_wheel.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <thread>
#include <vector>

namespace hubbub::runtime {

class Shard;

/// Something with work to do once at the end of the loop iteration, such as a socket with frames to write.
class TickTask {
  public:
    /// Does the work. May ask for the next tick's end.
    virtual void on_tick_end() = 0;

  protected:
    TickTask() = default;
    ~TickTask() = default;
    TickTask(const TickTask&) = delete;
    TickTask& operator=(const TickTask&) = delete;

  private:
    friend class Shard;
    bool scheduled_ = false;
};

/// One thread with one `io_context`: the home of sockets, sessions and maps that no other thread touches.
/// Shards talk only by `post`. Everything but `post`, `index` and `on_this_thread` belongs to the shard's own thread
/// (or to any one thread before `run`).
class Shard {
  public:
    explicit Shard(std::size_t index);
    ~Shard();
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    std::size_t index() const { return index_; }
    boost::asio::io_context& io() { return io_; }

    /// Any thread: runs `work` on this shard, in order for one poster, after what is running now.
    void post(Callback<void()> work);
    /// Destroys what waits, without running it. After `run` has returned, while all that the work refers to still
    /// lives.
    void discard_work();

    /// Runs `task.on_tick_end()` once at the end of this loop iteration, however often it is asked for.
    /// The task must live until then or call `cancel_tick_end`.
    void at_tick_end(TickTask& task);
    void cancel_tick_end(TickTask& task);

    /// Starts the timer, or starts it again.
    void arm(Timer& timer, std::chrono::milliseconds delay);
    template <class Rep, class Period> void arm(Timer& timer, std::chrono::duration<Rep, Period> delay) {
        arm(timer, std::chrono::ceil<std::chrono::milliseconds>(delay));
    }

    /// Time at the start of this loop iteration's handler batch; cheap, milliseconds old at most under load.
    std::chrono::steady_clock::time_point loop_time() const { return loop_time_; }

    /// Scratch bytes for one handler's run: incoming data, then outgoing. Never kept across handlers.
    std::span<char> read_buffer() { return {read_buffer_.get(), kBufferBytes}; }
    std::span<char> write_buffer() { return {write_buffer_.get(), kBufferBytes}; }

    /// Runs until `stop`, which any thread may call.
    void run();
    void stop();

    /// In debug builds, ends the program with a message that names `what` if another thread than the shard's calls
    /// while the shard runs.
    void assert_current(const char* what) const;

    bool on_this_thread() const { return std::this_thread::get_id() == thread_.load(std::memory_order_relaxed); }

    static constexpr std::size_t kBufferBytes = 64 * 1024;

  private:
    void drain_mailbox();
    void end_tick();
    void wake_for_timers();

    const std::size_t index_;
    boost::asio::io_context io_;
    boost::asio::steady_timer wake_;
    std::chrono::steady_clock::time_point wake_at_ = std::chrono::steady_clock::time_point::max();
    std::chrono::steady_clock::time_point loop_time_ = std::chrono::steady_clock::now();
    TimerWheel wheel_;
    Mailbox mailbox_;
    std::vector<TickTask*> tick_tasks_;
    std::unique_ptr<char[]> read_buffer_;
    std::unique_ptr<char[]> write_buffer_;
    std::atomic<bool> stopped_ = false;
    std::atomic<std::thread::id> thread_;
};

/// The shards of a process and their threads.
class Shards {
  public:
    /// `count` ≥ 1.
    explicit Shards(std::size_t count);
    ~Shards();

    std::size_t size() const { return shards_.size(); }
    Shard& operator[](std::size_t index) { return *shards_[index]; }

    /// Starts a thread a shard.
    void start();
    /// Starts them, and returns when they have been asked to stop and have ended.
    void run();
    /// Any thread, the shards' own too: asks every shard to end.
    void request_stop();
    /// Stops every shard and joins its thread. Work that still waits is destroyed without being run. Safe to call
    /// twice.
    void stop();

  private:
    void join();

    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<std::thread> threads_;
};

} // namespace hubbub::runtime
