#pragma once
#include "base/histogram.hpp"
#include "chat/ports.hpp"
#include "postgres/pool.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace hubbub::storage {

/// The pool that a shard's `Storage` works on: with the session settings that its statements count on. Of messages,
/// months that ended `message_months` months ago are dropped; 0: none.
postgres::PoolOptions pool_options(std::string conninfo, std::size_t connections, std::size_t message_months = 0);

/// The chat's stores in PostgreSQL, of one shard: the only place with SQL. Its functions are called and answer on the
/// shard of its pool. Messages and memberships are written in the order of the calls, on the pool's ordered connection.
class Storage {
  public:
    /// `pool` must outlive it; its shard must not run any more when it ends.
    explicit Storage(postgres::Pool& pool);
    ~Storage();
    Storage(const Storage&) = delete;
    Storage& operator=(const Storage&) = delete;

    chat::Stores stores();
    /// Keeps house in the database from now on, with `pause` after a run: partitions for months to come, old data
    /// dropped. On one shard of a server; on its shard, or before that runs.
    void keep_house(std::chrono::milliseconds pause);
    /// Logs from now on when another server is found at work on the database. The same.
    void claim_database();
    /// How many messages were written at once; for metrics.
    Histogram batch_sizes() const;
    /// How many messages the search index had to leave out; for metrics.
    std::uint64_t search_skipped() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace hubbub::storage
