#pragma once
#include "chat/messages/store.hpp"
#include "postgres/pool.hpp"
#include "storage/internal/message_writer.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace hubbub::storage::internal {

class PgMessageStore final : public chat::MessageStore {
  public:
    explicit PgMessageStore(postgres::Pool& pool);

    void append(chat::NewMessage message, Callback<void(Result<chat::Appended>)> done) override;
    Task<Result<chat::ChannelEvent>> edit(chat::EditMessage command) override;
    Task<Result<chat::ChannelEvent>> remove(chat::DeleteMessage command, MayDelete of_others) override;
    Task<Result<chat::ChannelEvent>> react(chat::ChangeReaction command) override;
    Task<Result<std::vector<chat::Reaction>>> reactions_of(MessageId message, Timestamp created_at,
                                                           UserId reader) override;
    Task<Result<chat::History>> history(ChannelId channel, chat::HistoryQuery query) override;
    Task<Result<chat::Page<chat::Message>>> search(chat::SearchQuery query) override;
    Task<Result<chat::Message>> find_message(ChannelId channel, UserId reader, MessageId message) override;
    Task<Result<chat::Events>> events_since(ChannelId channel, std::int64_t event_seq) override;
    Task<Result<chat::Events>> log_since(ChannelId channel, std::int64_t event_seq) override;

    Histogram batch_sizes() const {
        Histogram all{Histogram::kCounts};
        for (const auto& writer : writers_) all += writer->batch_sizes();
        return all;
    }

    std::uint64_t search_skipped() const {
        std::uint64_t all = 0;
        for (const auto& writer : writers_) all += writer->indexer().skipped();
        return all;
    }

  private:
    /// A message's place in the order of its channel, and of the partitions.
    struct Place {
        Timestamp created_at;
        std::int64_t seq;
    };

    struct Timeline;
    static Timeline timeline_of(ChannelId channel, std::optional<MessageId> thread);

    void find_stored(MessageId id, Timestamp created_at, MessageWriter::Done done);
    Task<Result<chat::Message>> find_row(ChannelId channel, MessageId message);
    Task<Result<Place>> place_of(ChannelId channel, MessageId message);
    Task<Result<chat::History>> read_page(ChannelId channel, chat::HistoryQuery query);
    Task<Result<chat::History>> newest(const Timeline& timeline, std::size_t limit);
    Task<Result<chat::History>> before(const Timeline& timeline, Place place, std::size_t limit);
    Task<Result<chat::History>> after(const Timeline& timeline, Place place, std::size_t limit);
    Task<Result<chat::History>> around(const Timeline& timeline, Place place, std::size_t older, std::size_t limit);
    Task<Result<chat::History>> around_time(const Timeline& timeline, Timestamp at, std::size_t limit);

    struct EventsKey {
        ChannelId channel;
        std::int64_t since;  ///< which eventSeq
        bool for_the_server; ///< as `log_since`
        auto operator<=>(const EventsKey&) const = default;
    };
    using EventsDone = Callback<void(Result<chat::Events>)>;
    /// After a restart all members of a channel ask for the same: one read serves those who asked before it began.
    struct EventsReads {
        std::vector<EventsDone> under_way;
        std::vector<EventsDone> next; ///< came after the read began, whose snapshot may be too old for them
    };

    Task<Result<chat::Events>> shared_read(EventsKey key);
    void read_events(const EventsKey& key);

    postgres::Pool& pool_;
    std::vector<std::unique_ptr<MessageWriter>> writers_; // by ordered lane
    std::map<EventsKey, EventsReads> events_reads_;
};

} // namespace hubbub::storage::internal
