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
#include <deque>
#include <memory>
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
    std::chrono::steady_clock::time_point asked = std::chrono::steady_clock::now();
};

/// One physical connection in pipeline mode, from the first SYN to its loss. Never blocks its shard.
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
        /// Every query that was not answered has got `Errc::unavailable`. The link is dead and may be let go.
        virtual void on_lost(Link& link, const std::string& reason) = 0;

      protected:
        ~Owner() = default;
    };

    static std::shared_ptr<Link> open(runtime::Shard& shard, const Target& target, Owner& owner);
    Link(runtime::Shard& shard, Owner& owner);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    bool ready() const { return state_ == State::ready; }
    std::size_t load() const { return queue_.size(); }

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
    void become_ready();
    bool send(Pending& pending);
    void flush();
    void wait_readable();
    void on_readable();
    void take_results();
    void take(pg_result* owned);
    void refuse(Pending& pending, const pg_result* result);
    void lose(std::string reason);
    void complete(Query query, Result<Rows> result);
    void watch();
    template <class Handler> auto guarded(Handler handler);

    runtime::Shard& shard_;
    Owner& owner_;
    State state_ = State::connecting;
    boost::asio::posix::stream_descriptor socket_; // borrows the descriptor of connection_
    std::unique_ptr<pg_conn, Finish> connection_;
    std::deque<Pending> queue_;
    std::unordered_set<std::string_view> prepared_;
    bool writing_ = false;
    std::string farewell_; // the server's last words
    runtime::Timer silence_;
};

} // namespace hubbub::postgres::internal
