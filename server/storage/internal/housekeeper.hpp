#pragma once
#include "postgres/pool.hpp"

#include <chrono>

namespace hubbub::storage::internal {

/// Does what the database needs now and then, whether anybody is there or not: partitions for months to come, what is
/// too old dropped and deleted. In small steps with pauses between them; one server at a time, by a lock in the
/// database.
class Housekeeper {
  public:
    explicit Housekeeper(postgres::Pool& pool) : pool_{pool} {}

    /// From now on, with `pause` after a run.
    void start(std::chrono::milliseconds pause);

  private:
    void step();

    postgres::Pool& pool_;
    std::chrono::milliseconds pause_{};
};

} // namespace hubbub::storage::internal
