#pragma once
#include "base/histogram.hpp"
#include "chat/messages/store.hpp"
#include "postgres/pool.hpp"
#include "storage/internal/search_indexer.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace hubbub::storage::internal {

/// Natural group commit: while batches are in flight the next one collects; no timer. Batches go through one ordered
/// lane, so they commit, and their messages are answered, in the order of the calls.
class MessageWriter {
  public:
    using Done = Callback<void(Result<chat::Appended>)>;
    /// Reads a message that was stored by an earlier call, whole.
    using FindStored = std::function<void(MessageId, Timestamp, Done)>;

    /// What became of one message; the rest is set if it is stored, now or by an earlier call.
    struct Outcome {
        std::int64_t kind = 0;
        MessageId id{};
        Timestamp created_at{};
        std::int64_t seq = 0;
        std::int64_t event_seq = 0;
    };

    MessageWriter(postgres::Pool& pool, postgres::Lane lane, FindStored find_stored)
        : pool_{pool}, lane_{lane}, indexer_{pool}, find_stored_{std::move(find_stored)} {}

    void append(chat::NewMessage message, Done done);
    /// Of this lane's channels.
    SearchIndexer& indexer() { return indexer_; }
    /// How many messages a batch had.
    const Histogram& batch_sizes() const { return batch_sizes_; }

  private:
    struct Send {
        chat::NewMessage message;
        Done done;
    };
    struct Batch {
        std::vector<Send> sends;
        /// Sends of a clientMessageId that is among `sends` already (at that place): written once, answered each.
        std::vector<std::pair<std::size_t, Send>> repeats;
        bool retried = false;
    };
    using BatchPointer = std::unique_ptr<Batch>;

    void pump_soon();
    void pump();
    BatchPointer collect();
    void write(BatchPointer batch);
    void on_answer(BatchPointer batch, const Result<postgres::Rows>& rows);
    void answer_all(Batch& batch, const std::vector<Outcome>& outcomes);
    void answer_repeat(Done done, const Outcome& outcome);
    static void fail_all(Batch& batch, const error_code& error);
    void make_partitions_and_retry(BatchPointer batch);

    postgres::Pool& pool_;
    const postgres::Lane lane_;
    SearchIndexer indexer_;
    FindStored find_stored_;
    std::deque<Send> waiting_;
    std::size_t in_flight_ = 0; // batches
    std::size_t retries_ = 0;   // batches that wait for their partitions
    bool pumping_ = false;      // soon
    Histogram batch_sizes_{Histogram::kCounts};
};

} // namespace hubbub::storage::internal
