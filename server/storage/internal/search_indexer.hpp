#pragma once
#include "base/ids.hpp"
#include "postgres/pool.hpp"

#include <unordered_set>
#include <vector>

namespace hubbub::storage::internal {

/// Puts messages into the search index after they are stored, some at a time: what the senders wait for costs nothing
/// more. Channels whose turn a crash has taken are indexed with their next message.
class SearchIndexer {
  public:
    explicit SearchIndexer(postgres::Pool& pool) : pool_{pool} {}

    /// The channel has a new message.
    void note(ChannelId channel);

  private:
    void schedule();
    void run();

    postgres::Pool& pool_;
    std::unordered_set<ChannelId> channels_;
    bool scheduled_ = false;
    bool busy_ = false; ///< messages came since the last run
};

} // namespace hubbub::storage::internal
