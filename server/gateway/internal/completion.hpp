#pragma once
#include "base/callback.hpp"
#include "base/log.hpp"
#include "base/out_of_memory.hpp"
#include "base/task.hpp"
#include "gateway/failure.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <new>
#include <utility>

namespace hubbub::gateway::internal {

/// Runs `start(done)` at once and goes on when `done` has been called, on whatever thread.
template <class Start> Task<> completion_of(Start start) {
    auto initiate = [&start](auto handler) {
        // Never resumed from inside `start`, which may call `done` before it returns.
        start(Callback<void()>{[resume = std::move(handler)]() mutable { boost::asio::post(std::move(resume)); }});
    };
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(initiate,
                                                                                       boost::asio::use_awaitable);
}

/// Carries `work` out on another shard's thread and goes on here with its result.
template <class T> Task<T> on(boost::asio::io_context& io, Task<T> work) {
    return boost::asio::co_spawn(io, std::move(work), boost::asio::use_awaitable);
}

/// An exception that nobody expected ends what it came from and nothing else.
inline void log_escaped(const std::exception_ptr& escaped, Whose whose) {
    try {
        std::rethrow_exception(escaped);
    } catch (const std::bad_alloc&) {
        end_out_of_memory();
    } catch (const std::exception& exception) {
        log::error("handler_exception", {{"what", exception.what()}, {"hint", "a bug: report it with this line"}},
                   {{whose.kind, whose.id}});
    }
}

} // namespace hubbub::gateway::internal
