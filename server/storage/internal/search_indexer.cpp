#include "storage/internal/search_indexer.hpp"

#include "base/limits.hpp"
#include "base/log.hpp"

#include <chrono>
#include <utility>

namespace hubbub::storage::internal {

using namespace std::chrono_literals;

using postgres::Params;
using postgres::Rows;
using postgres::Statement;

namespace {

constexpr Statement kIndex{"search_index", "SELECT channel FROM chat_index_messages($1, $2)"};
constexpr Statement kSkip{"search_index_skip", "SELECT * FROM chat_skip_indexing($1)"};

constexpr auto kTimeout = postgres::sql_state("57014");

constexpr auto kIdlePause = 10ms;

} // namespace

void SearchIndexer::note(ChannelId channel) {
    channels_.insert(channel);
    busy_ = true;
    schedule();
}

void SearchIndexer::schedule() {
    if ((channels_.empty() && suspects_.empty()) || std::exchange(scheduled_, true)) return;
    const std::chrono::milliseconds pause = std::exchange(busy_, false) ? limits::kSearchIndexPause : kIdlePause;
    pool_.after(pause, [this] { run(); });
}

void SearchIndexer::run() {
    const bool one = !suspects_.empty();
    std::vector<ChannelId> channels;
    if (one) {
        channels.push_back(suspects_.back());
    } else {
        channels.assign(channels_.begin(), channels_.end());
        channels_.clear();
    }
    auto params = Params::of(channels, one ? 1 : static_cast<std::int64_t>(limits::kSearchIndexBatchMax));
    auto go_on = [this, one, channels](const Result<Rows>& left) {
        if (!left) return on_failure(channels, left.error());
        if (one && left->empty()) suspects_.pop_back();
        for (std::size_t i = 0; i < left->size() && !one; ++i) channels_.insert((*left)[i].get<ChannelId>(0));
        finish_run();
    };
    pool_.query(kIndex, std::move(params), std::move(go_on), postgres::Lane::dear);
}

void SearchIndexer::on_failure(const std::vector<ChannelId>& channels, const error_code& error) {
    busy_ = true; // not again at once
    const bool one = !suspects_.empty();
    if (one && (error == make_error_code(kTimeout) || !postgres::is_temporary(error))) return skip(channels.front());
    if (!one) suspects_ = channels;
    finish_run();
}

void SearchIndexer::skip(ChannelId channel) {
    auto go_on = [this, channel](const Result<Rows>& row) {
        if (row && !row->empty()) {
            ++skipped_;
            log::error("search_index_message_skipped", {{"channel", channel.value},
                                                        {"message", row->front().get<std::int64_t>(0)},
                                                        {"hint", "the message is not found by a search"}});
            channels_.insert(suspects_.begin(), suspects_.end());
            suspects_.clear();
        }
        finish_run();
    };
    pool_.query(kSkip, Params::of(channel), std::move(go_on), postgres::Lane::dear);
}

void SearchIndexer::finish_run() {
    scheduled_ = false;
    schedule();
}

} // namespace hubbub::storage::internal
