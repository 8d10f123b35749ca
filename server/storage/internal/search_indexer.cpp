#include "storage/internal/search_indexer.hpp"

#include "base/limits.hpp"

#include <chrono>
#include <utility>

namespace hubbub::storage::internal {

using namespace std::chrono_literals;

using postgres::Params;
using postgres::Rows;
using postgres::Statement;

namespace {

constexpr Statement kIndex{"search_index", "SELECT channel FROM chat_index_messages($1, $2)"};

constexpr auto kIdlePause = 10ms;

} // namespace

void SearchIndexer::note(ChannelId channel) {
    channels_.insert(channel);
    busy_ = true;
    schedule();
}

void SearchIndexer::schedule() {
    if (channels_.empty() || std::exchange(scheduled_, true)) return;
    const std::chrono::milliseconds pause = std::exchange(busy_, false) ? limits::kSearchIndexPause : kIdlePause;
    pool_.after(pause, [this] { run(); });
}

void SearchIndexer::run() {
    const std::vector<ChannelId> channels{channels_.begin(), channels_.end()};
    channels_.clear();
    auto params = Params::of(channels, static_cast<std::int64_t>(limits::kSearchIndexBatchMax));
    pool_.query(kIndex, std::move(params), [this, channels](const Result<Rows>& left) {
        if (left) {
            for (std::size_t i = 0; i < left->size(); ++i) channels_.insert((*left)[i].get<ChannelId>(0));
        } else {
            channels_.insert(channels.begin(), channels.end());
            busy_ = true; // not again at once
        }
        scheduled_ = false;
        schedule();
    });
}

} // namespace hubbub::storage::internal
