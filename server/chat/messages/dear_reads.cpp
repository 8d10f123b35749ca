#include "chat/messages/dear_reads.hpp"

#include "base/limits.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace hubbub::chat {

/// In the frame of a coroutine that waits: it may be destroyed meanwhile.
struct DearReads::Waiting {
    Waiting(const boost::asio::any_io_executor& executor, std::list<Waiting*>& all)
        : timer{executor, limits::kDearReadTimeout}, in{all} {
        in.push_back(this);
    }
    ~Waiting() {
        if (!has_place) in.remove(this);
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

    boost::asio::steady_timer timer;
    std::list<Waiting*>& in;
    bool has_place = false;
};

Task<bool> DearReads::enter(UserId reader) {
    Reads& reads = reads_[reader];
    if (reads.under_way < limits::kDearReadsPerUser) {
        ++reads.under_way;
        co_return true;
    }
    if (reads.waiting.size() >= limits::kDearReadsWaitingMax) co_return false;
    const auto executor = co_await boost::asio::this_coro::executor;
    Waiting turn{executor, reads.waiting};
    boost::system::error_code ignored; // that the timer was cancelled
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, ignored);
    co_await turn.timer.async_wait(token);
    co_return turn.has_place;
}

void DearReads::leave(UserId reader) {
    const auto found = reads_.find(reader);
    Reads& reads = found->second;
    if (!reads.waiting.empty()) {
        Waiting& next = *reads.waiting.front();
        reads.waiting.pop_front();
        next.has_place = true; // this one's
        next.timer.cancel();
    } else if (--reads.under_way == 0) {
        reads_.erase(found);
    }
}

} // namespace hubbub::chat
