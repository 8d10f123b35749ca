#pragma once
#include "base/ids.hpp"
#include "postgres/pool.hpp"

#include <cstdint>
#include <unordered_set>
#include <vector>

namespace hubbub::storage::internal {

/// Puts messages into the search index after they are stored, some at a time: what the senders wait for costs nothing
/// more. Channels whose turn a crash has taken are indexed with their next message. After a failure it goes message by
/// message, and passes over the one that the database does not take.
class SearchIndexer {
  public:
    explicit SearchIndexer(postgres::Pool& pool) : pool_{pool} {}

    /// The channel has a new message, or an edited one.
    void note(ChannelId channel);

    /// Messages that were passed over: they are not found.
    std::uint64_t skipped() const { return skipped_; }

  private:
    void schedule();
    void run();
    void on_failure(const std::vector<ChannelId>& channels, const error_code& error);
    void skip(ChannelId channel);
    void finish_run();

    postgres::Pool& pool_;
    std::unordered_set<ChannelId> channels_;
    std::vector<ChannelId> suspects_; ///< of a run that failed: one of them at a time, message by message
    std::uint64_t skipped_ = 0;
    bool scheduled_ = false;
    bool busy_ = false; ///< messages came since the last run
};

} // namespace hubbub::storage::internal
