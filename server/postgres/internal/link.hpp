#pragma once
#include "base/callback.hpp"
#include "base/result.hpp"
#include "postgres/internal/target.hpp"
#include "postgres/params.hpp"
#include "postgres/rows.hpp"
#include "postgres/statement.hpp"
#include "runtime/shard.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

struct pg_conn;

namespace hubbub::postgres::internal {

using Done = Callback<void(Result<Rows>)>;

struct Query {
    const Statement* statement;
    Params params;
    Done done;
    bool dear = false; ///< Lane::dear
    std::chrono::steady_clock::time_point asked = std::chrono::steady_clock::now();
};

/// One server process, known for certain: process ids are used again.
struct Backend {
    std::int64_t pid;
    std::int64_t started; ///< microseconds since 1970, by the server's clock
};

/// One physical connection in pipeline mode, from the first SYN to its loss. Never blocks its shard.
///
/// Before it is ready it ends the backend of the connection before it and waits until that is gone: nobody saw the end
/// of its statements, and what is asked here must not be overtaken by them.
///
/// Every query is a pipeline segment of its own (its own implicit transaction), answered first in, first out, and only
/// after the server's ReadyForQuery: a row that was returned but not committed is not an answer.
class Link : public std::enable_shared_from_this<Link> {
  public:
    class Owner {
      public:
        /// A query has its answer, or has failed.
        virtual void on_answered(const Query& query, bool failed) = 0;
        /// The link can send: what was submitted before is on its way now.
        virtual void on_ready(Link& link) = 0;
        /// The link is dead and may be let go. `unanswered` are the owner's again. The server may still be at work on
        /// them until the next link is ready.
        virtual void on_lost(Link& link, const std::string& reason, std::deque<Query> unanswered) = 0;

      protected:
        ~Owner() = default;
    };

    /// `before`: the backend to end first.
    static std::shared_ptr<Link> open(runtime::Shard& shard, const Target& target, Owner& owner,
                                      std::optional<Backend> before);
    Link(runtime::Shard& shard, Owner& owner, std::optional<Backend> before);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    bool ready() const { return state_ == State::ready; }
    std::size_t load() const { return queue_.size(); }
    /// Its own once it is ready.
    const std::optional<Backend>& backend() const { return backend_; }

    /// `query.done` runs later on the shard, never inside this call.
    void submit(Query query);

  private:
    enum class State { connecting, ready, lost };
    struct Finish {
        void operator()(pg_conn* connection) const;
    };
    struct Pending {
        Query query;
        error_code error;
        Rows rows;
        bool prepares = false; // and that is not known to have worked
    };

    void connect(const Target& target);
    void poll_connect();
    void greet();
    void on_greeted(const Result<Rows>& rows);
    bool send(Pending& pending);
    void flush();
    void wait_readable();
    void on_readable();
    void take_results();
    void take(pg_result* owned);
    void refuse(Pending& pending, const pg_result* result);
    void lose(const std::string& reason);
    void complete(Query query, Result<Rows> result);
    void watch();
    template <class Handler> auto guarded(Handler handler);

    runtime::Shard& shard_;
    Owner& owner_;
    State state_ = State::connecting;
    std::optional<Backend> backend_;               // the one to end, until this one is ready
    boost::asio::posix::stream_descriptor socket_; // borrows the descriptor of connection_
    std::unique_ptr<pg_conn, Finish> connection_;
    std::deque<Pending> queue_;
    std::unordered_set<std::string_view> prepared_;
    bool writing_ = false;
    std::string farewell_; // the server's last words
    runtime::Timer silence_;
};

} // namespace hubbub::postgres::internal
