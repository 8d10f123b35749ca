#pragma once
#include "base/callback.hpp"
#include "base/histogram.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "postgres/errc.hpp"
#include "postgres/params.hpp"
#include "postgres/rows.hpp"
#include "postgres/statement.hpp"
#include "runtime/shard.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hubbub::postgres {

struct PoolOptions {
    std::string conninfo;                ///< URI or keyword form
    std::size_t connections = 4;         ///< at least 1; half of them are ordered lanes
    std::vector<std::string> settings{}; ///< of the sessions, each `name=value`
};

/// Which connection a query takes.
struct Lane {
    /// For what is cheap: the least loaded of those that are no ordered lane, and where nothing dear runs if there is
    /// such a one.
    static const Lane any;
    /// For what may take long. All of it shares one connection, one after the other.
    static const Lane dear;
    /// An ordered lane, from 0: always the same connection, so that what is asked for there is executed, committed and
    /// answered in the order of the calls.
    std::size_t index;
};
inline constexpr Lane Lane::any{std::size_t(-1)};
inline constexpr Lane Lane::dear{std::size_t(-2)};

/// The database connections of one shard. Everything here is called on the shard and answers on it.
///
/// A query is one statement in its own transaction; its answer means that the transaction is committed (or was
/// refused). When the server is away a query answers `Errc::unavailable` at once. Those in flight when a connection is
/// lost do so when their server process is known to have ended, or when the attempt to end it has failed: then nothing
/// is asked on that connection until it has. Connections come back by themselves, with growing pauses. Until the first
/// attempt to connect is over, queries wait for it. A statement that the server refuses answers its `SqlState`.
class Pool {
  public:
    using Done = Callback<void(Result<Rows>)>;

    /// Starts connecting. Before the shard runs or on it. Throws StartupError if `conninfo` cannot be read.
    Pool(runtime::Shard& shard, const PoolOptions& options);
    /// Unanswered queries are forgotten: their callbacks are destroyed, not called.
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// `statement` must outlive the pool. `done` never runs inside this call.
    void query(const Statement& statement, Params params, Done done, Lane lane = Lane::any);
    Task<Result<Rows>> query(const Statement& statement, Params params, Lane lane = Lane::any);

    /// How many ordered lanes there are, and the one of everything that has this key.
    std::size_t ordered_lanes() const;
    Lane ordered(std::int64_t key) const;

    /// Runs `work` later on the shard: for an answer that needs no query, which must not come inside the question.
    void post(Callback<void()> work);

    /// Runs `work` on the shard when the time is over.
    void after(std::chrono::milliseconds delay, Callback<void()> work);

    /// Whether at least one connection is up.
    bool available() const;

    /// For metrics.
    struct Stats {
        std::size_t connections = 0; ///< that there are to be
        std::size_t ready = 0;       ///< of them up now
        std::size_t waiting = 0;     ///< queries without an answer now
        Histogram seconds;           ///< from a query to its answer
        std::uint64_t failed = 0;    ///< queries answered with an error, a lost connection among them
        std::uint64_t refused = 0;   ///< queries that found no connection, or too many before them
        std::uint64_t lost = 0;      ///< connections, attempts among them
    };
    Stats stats() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace hubbub::postgres
