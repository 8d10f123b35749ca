#include "storage/internal/message_store.hpp"

#include "chat/errc.hpp"
#include "storage/internal/errors.hpp"
#include "storage/internal/message_rows.hpp"
#include "storage/internal/paging.hpp"
#include "storage/internal/sql.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace hubbub::storage::internal {

using postgres::Params;
using postgres::Row;
using postgres::Rows;
using postgres::Statement;

namespace {

// Within a channel the order of ("createdAt", seq) is that of seq. It is also the partitions' order, so that the server
// reads them one after the other, by one index, and stops as soon as a page is full.

constexpr auto kFindText = sql("SELECT", kMessageColumns, R"(
FROM chat_message WHERE id = $1 AND "chatChannelId" + 0 = $2)");
constexpr Statement kFindMessage{"message_find", kFindText.data()};

constexpr auto kFindStoredText = sql("SELECT", kMessageColumns, R"(
FROM chat_message WHERE id = $1 AND "createdAt" = $2)");
constexpr Statement kFindStored{"message_find_stored", kFindStoredText.data()};

constexpr auto kNewestText = sql("SELECT", kMessageColumns, R"(
FROM chat_message WHERE "chatChannelId" = $1
ORDER BY "createdAt" DESC, seq DESC LIMIT $2)");
constexpr Statement kNewest{"history_newest", kNewestText.data()};

constexpr auto kBeforeText = sql("SELECT", kMessageColumns, R"(
FROM chat_message WHERE "chatChannelId" = $1 AND "createdAt" <= $2 AND ("createdAt", seq) < ($2, $3)
ORDER BY "createdAt" DESC, seq DESC LIMIT $4)");
constexpr Statement kBefore{"history_before", kBeforeText.data()};

constexpr auto kAfterText = sql("SELECT", kMessageColumns, R"(
FROM chat_message WHERE "chatChannelId" = $1 AND "createdAt" >= $2 AND ("createdAt", seq) > ($2, $3)
ORDER BY "createdAt", seq LIMIT $4)");
constexpr Statement kAfter{"history_after", kAfterText.data()};

// The same of the answers to a message.
constexpr auto kThreadNewestText = sql("SELECT", kMessageColumns, R"(
FROM chat_message WHERE "parentMessageId" = $1
ORDER BY "createdAt" DESC, seq DESC LIMIT $2)");
constexpr Statement kThreadNewest{"thread_newest", kThreadNewestText.data()};

constexpr auto kThreadBeforeText = sql("SELECT", kMessageColumns, R"(
FROM chat_message
WHERE "parentMessageId" = $1 AND "createdAt" <= $2 AND ("createdAt", seq) < ($2, $3)
ORDER BY "createdAt" DESC, seq DESC LIMIT $4)");
constexpr Statement kThreadBefore{"thread_before", kThreadBeforeText.data()};

constexpr auto kThreadAfterText = sql("SELECT", kMessageColumns, R"(
FROM chat_message
WHERE "parentMessageId" = $1 AND "createdAt" >= $2 AND ("createdAt", seq) > ($2, $3)
ORDER BY "createdAt", seq LIMIT $4)");
constexpr Statement kThreadAfter{"thread_after", kThreadAfterText.data()};

/// The first `limit` rows, of which one more was asked for; `more` tells whether it came.
std::vector<chat::Message> to_messages(const Rows& rows, std::size_t limit, bool& more) {
    more = rows.size() > limit;
    std::vector<chat::Message> messages;
    messages.reserve(std::min(rows.size(), limit));
    for (std::size_t i = 0; i < std::min(rows.size(), limit); ++i) messages.push_back(to_message(rows[i]));
    return messages;
}

} // namespace

/// What is read page by page: the messages of a channel, or the answers to one of them.
struct PgMessageStore::Timeline {
    const Statement& newest;
    const Statement& before;
    const Statement& after;
    std::int64_t key; ///< $1 of each
};

PgMessageStore::Timeline PgMessageStore::timeline_of(ChannelId channel, std::optional<MessageId> thread) {
    if (thread) return {kThreadNewest, kThreadBefore, kThreadAfter, thread->value};
    return {kNewest, kBefore, kAfter, channel.value};
}

PgMessageStore::PgMessageStore(postgres::Pool& pool) : pool_{pool} {
    for (std::size_t lane = 0; lane < pool.ordered_lanes(); ++lane) {
        auto find = [this](MessageId id, Timestamp created_at, MessageWriter::Done done) {
            find_stored(id, created_at, std::move(done));
        };
        writers_.push_back(std::make_unique<MessageWriter>(pool, postgres::Lane{lane}, std::move(find)));
    }
}

void PgMessageStore::append(chat::NewMessage message, Callback<void(Result<chat::Appended>)> done) {
    MessageWriter& writer = *writers_[pool_.ordered(message.channel.value).index];
    writer.append(std::move(message), std::move(done));
}

void PgMessageStore::find_stored(MessageId id, Timestamp created_at, MessageWriter::Done done) {
    pool_.query(
        kFindStored, Params::of(id, created_at), [this, done = std::move(done)](const Result<Rows>& rows) mutable {
            if (rows && rows->empty()) return done(chat::Errc::message_not_found); // its partition is gone
            auto known = decoded(rows, [](const Rows& found) {
                chat::Appended stored;
                stored.message = to_message(found.front());
                stored.event_seq = found.front().get<std::int64_t>(10);
                stored.deduplicated = true;
                return stored;
            });
            if (!known) return done(known.error());
            auto message = std::move(known->message);
            auto finish = [known = std::move(*known), done = std::move(done)](Result<chat::Message> whole) mutable {
                if (!whole) return done(whole.error());
                known.message = std::move(*whole);
                done(std::move(known));
            };
            read_reactions(pool_, std::move(message), std::move(finish));
        });
}

Task<Result<chat::Message>> PgMessageStore::find_message(ChannelId channel, UserId reader, MessageId message) {
    auto found = co_await find_row(channel, message);
    if (!found) co_return found;
    auto reactions = co_await reactions_of(found->id, found->created_at, reader);
    if (!reactions) co_return reactions.error();
    found->reactions = std::move(*reactions);
    co_return found;
}

Task<Result<chat::Message>> PgMessageStore::find_row(ChannelId channel, MessageId message) {
    auto params = Params::of(message, channel);
    const auto rows = co_await pool_.query(kFindMessage, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::message_not_found;
    co_return to_message(rows->front());
}

Task<Result<PgMessageStore::Place>> PgMessageStore::place_of(ChannelId channel, MessageId message) {
    const auto found = co_await find_row(channel, message);
    if (!found) co_return found.error();
    Place place{found->created_at, found->seq};
    co_return place;
}

Task<Result<chat::History>> PgMessageStore::history(ChannelId channel, chat::HistoryQuery query) {
    auto found = co_await read_page(channel, query);
    if (!found) co_return found;
    const auto reactions = co_await read_reactions(pool_, query.reader, found->messages);
    if (!reactions) co_return reactions.error();
    co_return found;
}

Task<Result<chat::History>> PgMessageStore::read_page(ChannelId channel, chat::HistoryQuery query) {
    if (query.thread) {
        const auto root = co_await find_row(channel, *query.thread);
        if (!root) co_return root.error();
    }
    const Timeline timeline = timeline_of(channel, query.thread);
    if (query.at) {
        auto then = co_await around_time(timeline, *query.at, query.limit);
        co_return then;
    }
    if (!query.before && !query.after && !query.around) {
        auto latest = co_await newest(timeline, query.limit);
        co_return latest;
    }
    const MessageId anchor = query.before ? *query.before : query.after ? *query.after : *query.around;
    const auto place = co_await place_of(channel, anchor);
    if (!place) co_return place.error();
    if (query.before) {
        auto earlier = co_await before(timeline, *place, query.limit);
        co_return earlier;
    }
    if (query.after) {
        auto later = co_await after(timeline, *place, query.limit);
        co_return later;
    }
    auto both = co_await around(timeline, *place, query.limit / 2 + 1, query.limit);
    co_return both;
}

Task<Result<chat::History>> PgMessageStore::newest(const Timeline& timeline, std::size_t limit) {
    auto params = Params::of(timeline.key, one_more(limit));
    const auto rows = co_await pool_.query(timeline.newest, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    chat::History page;
    page.messages = to_messages(*rows, limit, page.has_more_before);
    std::reverse(page.messages.begin(), page.messages.end());
    co_return page;
}

Task<Result<chat::History>> PgMessageStore::before(const Timeline& timeline, Place place, std::size_t limit) {
    auto params = Params::of(timeline.key, place.created_at, place.seq, one_more(limit));
    const auto rows = co_await pool_.query(timeline.before, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    chat::History page;
    page.messages = to_messages(*rows, limit, page.has_more_before);
    std::reverse(page.messages.begin(), page.messages.end());
    page.has_more_after = true; // the anchor itself
    co_return page;
}

Task<Result<chat::History>> PgMessageStore::after(const Timeline& timeline, Place place, std::size_t limit) {
    auto params = Params::of(timeline.key, place.created_at, place.seq, one_more(limit));
    const auto rows = co_await pool_.query(timeline.after, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    chat::History page;
    page.messages = to_messages(*rows, limit, page.has_more_after);
    page.has_more_before = true; // the anchor itself
    co_return page;
}

/// `older` messages up to the place, which is among them if there is a message, and then as many as there is room for.
Task<Result<chat::History>> PgMessageStore::around(const Timeline& timeline, Place place, std::size_t older,
                                                   std::size_t limit) {
    Place behind{place.created_at, place.seq + 1};
    auto earlier = co_await before(timeline, behind, older);
    if (!earlier) co_return earlier;
    const std::size_t room = limit - std::min(limit, older);
    auto later = co_await after(timeline, place, room);
    if (!later) co_return later;
    earlier->messages.insert(earlier->messages.end(), std::make_move_iterator(later->messages.begin()),
                             std::make_move_iterator(later->messages.end()));
    earlier->has_more_after = later->has_more_after;
    co_return earlier;
}

Task<Result<chat::History>> PgMessageStore::around_time(const Timeline& timeline, Timestamp at, std::size_t limit) {
    Place before_all_of_then{at, 0}; // seq begins at 1
    auto page = co_await around(timeline, before_all_of_then, limit / 2, limit);
    if (!page) co_return page;
    const bool is_after_the_last = page->messages.empty() || page->messages.back().created_at < at;
    if (!is_after_the_last) co_return page;
    auto latest = co_await newest(timeline, limit);
    co_return latest;
}

} // namespace hubbub::storage::internal
