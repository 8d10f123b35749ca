#pragma once
#include "postgres/pool.hpp"

namespace hubbub::storage::internal {

/// Says so when another server is at work on the same database: its events do not reach this one's clients. Whoever
/// serves holds a lock that lasts as long as a connection of its pool; nothing else takes it.
class SoleServer {
  public:
    explicit SoleServer(postgres::Pool& pool) : pool_{pool} {}

    void start() { claim(); }

  private:
    void claim();

    postgres::Pool& pool_;
    int refusals_ = 0; // in a row
};

} // namespace hubbub::storage::internal
