// What happened in a channel since an eventSeq.
#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "storage/internal/errors.hpp"
#include "storage/internal/message_rows.hpp"
#include "storage/internal/message_store.hpp"
#include "storage/internal/sql.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

namespace hubbub::storage::internal {

using postgres::Params;
using postgres::Row;
using postgres::Rows;
using postgres::Statement;

namespace {

/// Each of them encodes the events for its socket before anything else is done: not too many at a time.
constexpr std::size_t kSharedByMax = 64;

// One statement, so one snapshot: the head and what leads up to it. A message takes one eventSeq at least, so the
// messages after $2 are among the channel's last (head - $2); more than $3 of them, or more than $4 bytes of text, are
// not wanted at all. The length of a text is known without reading it.
constexpr auto kEventsSinceText =
    sql(R"(
WITH head AS (
  SELECT "lastEventSeq", CASE WHEN "lastEventSeq" - $2 BETWEEN 0 AND $3 THEN "lastEventSeq" - $2 ELSE 0 END AS behind
  FROM chat_channel_head WHERE "chatChannelId" = $1
), latest AS MATERIALIZED (
  SELECT * FROM chat_message WHERE "chatChannelId" = $1
  ORDER BY "createdAt" DESC, seq DESC LIMIT (SELECT behind FROM head)
), logged AS MATERIALIZED (
  SELECT e.* FROM head, chat_channel_event e
  WHERE head.behind > 0 AND e."chatChannelId" = $1 AND e."eventSeq" > $2
), missed AS (
  SELECT)",
        kMessageColumns, R"(, 'message' AS kind, NULL::timestamptz AS "messageCreatedAt", NULL AS username,
         NULL AS "displayName"
  FROM latest WHERE "eventSeq" > $2
  UNION ALL
  SELECT e."messageId", NULL, e."actorId", coalesce(u.id, e."actorId"),
         coalesce(e.payload ->> 'content', e.payload ->> 'reaction'), e.at, NULL, NULL, NULL, NULL, e."eventSeq", e.kind,
         e."messageCreatedAt", u.username, u."displayName"
  FROM logged e LEFT JOIN LATERAL ( -- one by one: nobody knows how many `logged` are, and all users would be hashed
    SELECT * FROM chat_user WHERE id = (e.payload ->> 'userId')::bigint LIMIT 1) u ON true
)
SELECT m.*, h."lastEventSeq" FROM head h LEFT JOIN missed m ON
  (SELECT coalesce(sum(octet_length(content)), 0) FROM latest WHERE "eventSeq" > $2)
  + (SELECT coalesce(sum(octet_length(payload ->> 'content')), 0) FROM logged) <= $4
ORDER BY m."eventSeq")");
constexpr Statement kEventsSince{"events_since", kEventsSinceText.data()};

chat::MembershipEvent to_membership(Row row, bool joined) {
    chat::MembershipEvent membership;
    membership.joined = joined;
    membership.user.id = row.get<UserId>(3);
    membership.user.username = row.get<std::string>(13);
    membership.user.display_name = row.get<std::string>(14);
    membership.at = row.get<Timestamp>(5);
    membership.actor = row.get<UserId>(2);
    return membership;
}

chat::MessageEdited to_edited(Row row) {
    chat::MessageEdited edited;
    edited.message = row.get<MessageId>(0);
    edited.message_created_at = row.get<Timestamp>(12);
    edited.content = row.get<std::string>(4);
    edited.actor = row.get<UserId>(3);
    edited.at = row.get<Timestamp>(5);
    return edited;
}

chat::MessageDeleted to_deleted(Row row) {
    chat::MessageDeleted deleted;
    deleted.message = row.get<MessageId>(0);
    deleted.message_created_at = row.get<Timestamp>(12);
    deleted.actor = row.get<UserId>(3);
    deleted.at = row.get<Timestamp>(5);
    return deleted;
}

chat::ReactionChanged to_reaction(Row row, bool added) {
    chat::ReactionChanged changed;
    changed.added = added;
    changed.message = row.get<MessageId>(0);
    changed.message_created_at = row.get<Timestamp>(12);
    changed.user = row.get<UserId>(3);
    changed.reaction = row.get<std::string>(4);
    changed.at = row.get<Timestamp>(5);
    return changed;
}

chat::ChannelEvent to_event(Row row) {
    chat::ChannelEvent event;
    event.event_seq = row.get<std::int64_t>(10);
    const auto kind = row.get<std::string_view>(11);
    if (kind == "message") {
        event.what = to_message(row);
    } else if (kind == "message_edited") {
        event.what = to_edited(row);
    } else if (kind == "message_deleted") {
        event.what = to_deleted(row);
    } else if (kind == "reaction_added" || kind == "reaction_removed") {
        event.what = to_reaction(row, kind == "reaction_added");
    } else {
        event.what = to_membership(row, kind == "user_joined");
    }
    return event;
}

/// Whose account was deleted, with all that refers to it: nobody can be told any more who came or left.
bool is_of_nobody(Row row) {
    const auto kind = row.get<std::string_view>(11);
    return (kind == "user_joined" || kind == "user_left") && row.is_null(13);
}

chat::Events to_events(const Rows& rows, std::int64_t event_seq) {
    chat::Events events;
    events.last_event_seq = rows.front().get<std::int64_t>(15);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!rows[i].is_null(10) && !is_of_nobody(rows[i])) events.events.push_back(to_event(rows[i]));
    }
    // All of them or none: fewer than the head counts are gone (retention, a deleted account), or were too many to be
    // read.
    const auto behind = events.last_event_seq - event_seq;
    events.recovered = behind >= 0 && static_cast<std::size_t>(behind) == events.events.size();
    if (!events.recovered) events.events.clear();
    return events;
}

Result<chat::Events> read(const Result<Rows>& rows, std::int64_t event_seq) {
    if (rows && rows->empty()) return chat::Errc::channel_not_found;
    return decoded(rows, [event_seq](const Rows& found) { return to_events(found, event_seq); });
}

} // namespace

Task<Result<chat::Events>> PgMessageStore::events_since(ChannelId channel, std::int64_t event_seq) {
    return shared_read({channel, event_seq, false});
}

Task<Result<chat::Events>> PgMessageStore::log_since(ChannelId channel, std::int64_t event_seq) {
    return shared_read({channel, event_seq, true});
}

Task<Result<chat::Events>> PgMessageStore::shared_read(EventsKey key) {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(Result<chat::Events>)>(
        [this](auto handler, EventsKey wanted) {
            EventsReads& reads = events_reads_[wanted];
            reads.next.push_back(EventsDone{std::move(handler)});
            if (reads.under_way.empty()) read_events(wanted);
        },
        boost::asio::use_awaitable, key);
}

void PgMessageStore::read_events(const EventsKey& key) {
    EventsReads& reads = events_reads_.at(key);
    const auto last = reads.next.begin() + static_cast<std::ptrdiff_t>(std::min(reads.next.size(), kSharedByMax));
    reads.under_way.assign(std::make_move_iterator(reads.next.begin()), std::make_move_iterator(last));
    reads.next.erase(reads.next.begin(), last);
    const std::size_t bytes_max = key.for_the_server ? limits::kFeedBytesHeldMax : limits::kResumeBytesMax;
    auto params = Params::of(key.channel, key.since, static_cast<std::int64_t>(limits::kResumeEventsMax),
                             static_cast<std::int64_t>(bytes_max));
    auto answer = [this, key](const Result<Rows>& rows) {
        auto events = std::make_shared<const Result<chat::Events>>(read(rows, key.since));
        const auto found = events_reads_.find(key);
        auto answered = std::exchange(found->second.under_way, {});
        if (found->second.next.empty()) {
            events_reads_.erase(found);
        } else {
            read_events(key);
        }
        // One after the other: what escapes one must not take the answer from the others.
        for (EventsDone& done : answered) pool_.post([done = std::move(done), events]() mutable { done(*events); });
    };
    const auto lane = key.for_the_server ? postgres::Lane::any : postgres::Lane::dear;
    pool_.query(kEventsSince, std::move(params), std::move(answer), lane);
}

} // namespace hubbub::storage::internal
