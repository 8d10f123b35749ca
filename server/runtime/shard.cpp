#include "runtime/shard.hpp"

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/out_of_memory.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <pthread.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <utility>

namespace hubbub::runtime {

using SteadyClock = std::chrono::steady_clock;

namespace {

/// Runs one session's piece of work: a bug in it must not take the other sessions with it.
template <class Work> void guarded(std::size_t shard, Work&& work) {
    try {
        work();
    } catch (const std::bad_alloc&) {
        end_out_of_memory();
    } catch (const std::exception& escaped) {
        log::error("handler_exception",
                   {{"what", escaped.what()}, {"shard", shard}, {"hint", "a bug: report it with this line"}});
    }
}

} // namespace

Shard::Shard(std::size_t index)
    : index_{index},
      io_{1},
      wake_{io_},
      wheel_{SteadyClock::now()},
      read_buffer_{new char[kBufferBytes]},
      write_buffer_{new char[kBufferBytes]} {}

Shard::~Shard() = default;

void Shard::post(Callback<void()> work) {
    if (mailbox_.push(std::move(work))) boost::asio::post(io_, [this] { drain_mailbox(); });
}

void Shard::discard_work() {
    while (!mailbox_.empty()) mailbox_.drain([](Mailbox::Work&) {});
}

void Shard::drain_mailbox() {
    mailbox_.drain([this](Mailbox::Work& work) { guarded(index_, work); });
}

void Shard::at_tick_end(TickTask& task) {
    if (std::exchange(task.scheduled_, true)) return;
    tick_tasks_.push_back(&task);
}

void Shard::cancel_tick_end(TickTask& task) {
    if (!std::exchange(task.scheduled_, false)) return;
    std::replace(tick_tasks_.begin(), tick_tasks_.end(), &task, static_cast<TickTask*>(nullptr));
}

void Shard::arm(Timer& timer, std::chrono::milliseconds delay) {
    // A later wake is found when the present one comes; only an earlier one has to be asked for now.
    if (wheel_.arm(timer, delay, SteadyClock::now()) < wake_at_) wake_for_timers();
}

void Shard::wake_for_timers() {
    wake_at_ = wheel_.next_due();
    if (wake_at_ == SteadyClock::time_point::max()) return;
    wake_.expires_at(wake_at_);
    wake_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        guarded(index_, [this] { wheel_.advance(SteadyClock::now()); });
        wake_for_timers();
    });
}

void Shard::end_tick() {
    // A task may schedule others (or itself again): those run in the same pass, at the end.
    for (std::size_t i = 0; i < tick_tasks_.size(); ++i) {
        TickTask* task = tick_tasks_[i];
        if (task == nullptr) continue;
        task->scheduled_ = false;
        guarded(index_, [task] { task->on_tick_end(); });
    }
    tick_tasks_.clear();
}

void Shard::run() {
    thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    const auto work = boost::asio::make_work_guard(io_);
    while (!stopped_.load(std::memory_order_relaxed)) {
        guarded(index_, [this] {
            io_.run_one();
            loop_time_ = SteadyClock::now();
            for (int ran = 1; ran < limits::kHandlersPerTick && io_.poll_one() > 0; ++ran) {
            }
        });
        end_tick();
    }
    thread_.store({}, std::memory_order_relaxed);
}

void Shard::assert_current([[maybe_unused]] const char* what) const {
#ifndef NDEBUG
    if (on_this_thread() || thread_.load(std::memory_order_relaxed) == std::thread::id{}) return;
    std::fprintf(stderr, "%s: called from a thread that is not shard %zu's; post it there (Shard::post)\n", what,
                 index_);
    std::abort();
#endif
}

void Shard::stop() {
    stopped_.store(true, std::memory_order_relaxed);
    io_.stop();
}

Shards::Shards(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) shards_.push_back(std::make_unique<Shard>(i));
}

Shards::~Shards() {
    stop();
}

void Shards::start() {
    for (auto& shard : shards_) {
        threads_.emplace_back([&shard = *shard] {
            pthread_setname_np(pthread_self(), ("shard-" + std::to_string(shard.index())).c_str());
            shard.run();
        });
    }
}

void Shards::run() {
    start();
    join();
}

void Shards::request_stop() {
    for (auto& shard : shards_) shard->stop();
}

void Shards::stop() {
    request_stop();
    join();
}

void Shards::join() {
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    for (auto& shard : shards_) shard->discard_work();
}

} // namespace hubbub::runtime
