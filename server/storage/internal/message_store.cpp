#include "storage/internal/message_store.hpp"

#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "storage/internal/errors.hpp"

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

constexpr Statement kFind{"message_find", R"(
SELECT id, seq, "chatChannelId", "senderId", content, "createdAt", "editedAt", "deletedAt", "clientMessageId",
       "parentMessageId", "eventSeq"
FROM chat_message WHERE id = $1 AND "chatChannelId" + 0 = $2)"};

constexpr Statement kFindStored{"message_find_stored", R"(
SELECT id, seq, "chatChannelId", "senderId", content, "createdAt", "editedAt", "deletedAt", "clientMessageId",
       "parentMessageId", "eventSeq"
FROM chat_message WHERE id = $1 AND "createdAt" = $2)"};

constexpr Statement kNewest{"history_newest", R"(
SELECT id, seq, "chatChannelId", "senderId", content, "createdAt", "editedAt", "deletedAt", "clientMessageId",
       "parentMessageId", "eventSeq"
FROM chat_message WHERE "chatChannelId" = $1
ORDER BY "createdAt" DESC, seq DESC LIMIT $2)"};

constexpr Statement kBefore{"history_before", R"(
SELECT id, seq, "chatChannelId", "senderId", content, "createdAt", "editedAt", "deletedAt", "clientMessageId",
       "parentMessageId", "eventSeq"
FROM chat_message WHERE "chatChannelId" = $1 AND "createdAt" <= $2 AND ("createdAt", seq) < ($2, $3)
ORDER BY "createdAt" DESC, seq DESC LIMIT $4)"};

constexpr Statement kAfter{"history_after", R"(
SELECT id, seq, "chatChannelId", "senderId", content, "createdAt", "editedAt", "deletedAt", "clientMessageId",
       "parentMessageId", "eventSeq"
FROM chat_message WHERE "chatChannelId" = $1 AND "createdAt" >= $2 AND ("createdAt", seq) > ($2, $3)
ORDER BY "createdAt", seq LIMIT $4)"};

// One statement, so one snapshot: the head and what leads up to it. A message takes one eventSeq at least, so the
// messages after $2 are among the channel's last (head - $2); more than $3 of them are not wanted at all.
constexpr Statement kEventsSince{"events_since", R"(
WITH head AS (
  SELECT "lastEventSeq", CASE WHEN "lastEventSeq" - $2 BETWEEN 0 AND $3 THEN "lastEventSeq" - $2 ELSE 0 END AS behind
  FROM chat_channel_head WHERE "chatChannelId" = $1
), latest AS (
  SELECT * FROM chat_message WHERE "chatChannelId" = $1
  ORDER BY "createdAt" DESC, seq DESC LIMIT (SELECT behind FROM head)
), missed AS (
  SELECT id, seq, "chatChannelId", "senderId", content, "createdAt", "editedAt", "deletedAt", "clientMessageId",
         "parentMessageId", "eventSeq", 'message' AS kind, NULL AS username, NULL AS "displayName"
  FROM latest WHERE "eventSeq" > $2
  UNION ALL
  SELECT NULL, NULL, NULL, u.id, NULL, e.at, NULL, NULL, NULL, NULL, e."eventSeq", e.kind, u.username, u."displayName"
  FROM head, chat_channel_event e JOIN chat_user u ON u.id = (e.payload ->> 'userId')::bigint
  WHERE head.behind > 0 AND e."chatChannelId" = $1 AND e."eventSeq" > $2
)
SELECT m.*, h."lastEventSeq" FROM head h LEFT JOIN missed m ON true ORDER BY m."eventSeq")"};

chat::Message to_message(Row row) {
    chat::Message message;
    message.id = row.get<MessageId>(0);
    message.seq = row.get<std::int64_t>(1);
    message.channel = row.get<ChannelId>(2);
    message.sender = row.get<UserId>(3);
    message.content = row.get<std::string>(4);
    message.created_at = row.get<Timestamp>(5);
    message.edited_at = row.get<std::optional<Timestamp>>(6);
    message.deleted_at = row.get<std::optional<Timestamp>>(7);
    message.client_message_id = row.get<chat::Uuid>(8);
    message.parent = row.get<std::optional<MessageId>>(9);
    if (message.deleted_at) message.content.clear();
    return message;
}

chat::ChannelEvent to_event(Row row) {
    chat::ChannelEvent event;
    event.event_seq = row.get<std::int64_t>(10);
    const auto kind = row.get<std::string_view>(11);
    if (kind == "message") {
        event.what = to_message(row);
        return event;
    }
    chat::MembershipEvent membership;
    membership.joined = kind == "user_joined";
    membership.user.id = row.get<UserId>(3);
    membership.user.username = row.get<std::string>(12);
    membership.user.display_name = row.get<std::string>(13);
    membership.at = row.get<Timestamp>(5);
    event.what = std::move(membership);
    return event;
}

/// The first `limit` rows, of which one more was asked for; `more` tells whether it came.
std::vector<chat::Message> to_messages(const Rows& rows, std::size_t limit, bool& more) {
    more = rows.size() > limit;
    std::vector<chat::Message> messages;
    messages.reserve(std::min(rows.size(), limit));
    for (std::size_t i = 0; i < std::min(rows.size(), limit); ++i) messages.push_back(to_message(rows[i]));
    return messages;
}

std::int64_t one_more(std::size_t limit) {
    return static_cast<std::int64_t>(limit) + 1;
}

} // namespace

PgMessageStore::PgMessageStore(postgres::Pool& pool)
    : pool_{pool}, writer_{pool, [this](MessageId id, Timestamp created_at, MessageWriter::Done done) {
                               find_stored(id, created_at, std::move(done));
                           }} {}

void PgMessageStore::append(chat::NewMessage message, Callback<void(Result<chat::Appended>)> done) {
    writer_.append(std::move(message), std::move(done));
}

void PgMessageStore::find_stored(MessageId id, Timestamp created_at, MessageWriter::Done done) {
    pool_.query(kFindStored, Params::of(id, created_at), [done = std::move(done)](const Result<Rows>& rows) mutable {
        if (!rows) return done(to_chat_error(rows.error()));
        if (rows->empty()) return done(chat::Errc::message_not_found); // its partition is gone
        chat::Appended known;
        known.message = to_message(rows->front());
        known.event_seq = rows->front().get<std::int64_t>(10);
        known.deduplicated = true;
        done(std::move(known));
    });
}

Task<Result<chat::Message>> PgMessageStore::find_message(ChannelId channel, MessageId message) {
    auto params = Params::of(message, channel);
    const auto rows = co_await pool_.query(kFind, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::message_not_found;
    co_return to_message(rows->front());
}

Task<Result<PgMessageStore::Place>> PgMessageStore::place_of(ChannelId channel, MessageId message) {
    const auto found = co_await find_message(channel, message);
    if (!found) co_return found.error();
    Place place{found->created_at, found->seq};
    co_return place;
}

Task<Result<chat::History>> PgMessageStore::history(ChannelId channel, chat::HistoryQuery query) {
    if (!query.before && !query.after && !query.around) {
        auto page = co_await newest(channel, query.limit);
        co_return page;
    }
    const MessageId anchor = query.before ? *query.before : query.after ? *query.after : *query.around;
    const auto place = co_await place_of(channel, anchor);
    if (!place) co_return place.error();
    if (query.before) {
        auto page = co_await before(channel, *place, query.limit);
        co_return page;
    }
    if (query.after) {
        auto page = co_await after(channel, *place, query.limit);
        co_return page;
    }
    auto page = co_await around(channel, *place, query.limit);
    co_return page;
}

Task<Result<chat::History>> PgMessageStore::newest(ChannelId channel, std::size_t limit) {
    auto params = Params::of(channel, one_more(limit));
    const auto rows = co_await pool_.query(kNewest, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    chat::History page;
    page.messages = to_messages(*rows, limit, page.has_more_before);
    std::reverse(page.messages.begin(), page.messages.end());
    co_return page;
}

Task<Result<chat::History>> PgMessageStore::before(ChannelId channel, Place place, std::size_t limit) {
    auto params = Params::of(channel, place.created_at, place.seq, one_more(limit));
    const auto rows = co_await pool_.query(kBefore, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    chat::History page;
    page.messages = to_messages(*rows, limit, page.has_more_before);
    std::reverse(page.messages.begin(), page.messages.end());
    page.has_more_after = true; // the anchor itself
    co_return page;
}

Task<Result<chat::History>> PgMessageStore::after(ChannelId channel, Place place, std::size_t limit) {
    auto params = Params::of(channel, place.created_at, place.seq, one_more(limit));
    const auto rows = co_await pool_.query(kAfter, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    chat::History page;
    page.messages = to_messages(*rows, limit, page.has_more_after);
    page.has_more_before = true; // the anchor itself
    co_return page;
}

Task<Result<chat::History>> PgMessageStore::around(ChannelId channel, Place place, std::size_t limit) {
    // The anchor belongs to the earlier half: a page "before the one after it".
    Place behind_anchor{place.created_at, place.seq + 1};
    auto earlier = co_await before(channel, behind_anchor, limit / 2 + 1);
    if (!earlier) co_return earlier;
    const std::size_t room = limit - std::min(limit, limit / 2 + 1);
    auto later = co_await after(channel, place, room);
    if (!later) co_return later;
    earlier->messages.insert(earlier->messages.end(), std::make_move_iterator(later->messages.begin()),
                             std::make_move_iterator(later->messages.end()));
    earlier->has_more_after = later->has_more_after;
    co_return earlier;
}

Task<Result<chat::Events>> PgMessageStore::events_since(ChannelId channel, std::int64_t event_seq) {
    auto params = Params::of(channel, event_seq, static_cast<std::int64_t>(limits::kResumeEventsMax));
    const auto rows = co_await pool_.query(kEventsSince, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::channel_not_found;
    chat::Events events;
    events.last_event_seq = rows->front().get<std::int64_t>(14);
    for (std::size_t i = 0; i < rows->size(); ++i) {
        if (!(*rows)[i].is_null(10)) events.events.push_back(to_event((*rows)[i]));
    }
    // All of them or none: fewer than the head counts are gone (retention), or were too many to be read.
    const auto behind = events.last_event_seq - event_seq;
    events.recovered = behind >= 0 && static_cast<std::size_t>(behind) == events.events.size();
    if (!events.recovered) events.events.clear();
    co_return events;
}

} // namespace hubbub::storage::internal
