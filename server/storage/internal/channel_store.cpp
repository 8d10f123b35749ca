#include "storage/internal/channel_store.hpp"

#include "base/base64.hpp"
#include "chat/errc.hpp"
#include "storage/internal/channel_rows.hpp"
#include "storage/internal/errors.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

namespace hubbub::storage::internal {

using postgres::Lane;
using postgres::Params;
using postgres::Row;
using postgres::Statement;

namespace {

constexpr Statement kCreate{"channel_create", R"(
WITH channel AS (
  INSERT INTO chat_channel (type, name, topic, "createdBy") VALUES ($1, $2, $3, $4) RETURNING *
), head AS (
  INSERT INTO chat_channel_head ("chatChannelId") SELECT id FROM channel
), owner AS (
  INSERT INTO chat_channel_user_mapping ("chatChannelId", "userId", role) SELECT id, $4, 'owner' FROM channel
)
SELECT id, type, name, topic, "createdBy", "createdAt", "archivedAt", "lastMessageId", "lastMessageAt", 1::bigint,
       'owner', 0::bigint, 0::bigint, NULL::bigint, 0::bigint
FROM channel)"};

constexpr Statement kFind{"channel_find", R"(
SELECT c.id, c.type, c.name, c.topic, c."createdBy", c."createdAt", c."archivedAt", c."lastMessageId", c."lastMessageAt",
       (SELECT count(*) FROM chat_channel_user_mapping WHERE "chatChannelId" = $1 AND "leftAt" IS NULL),
       m.role, h."lastSeq", h."lastEventSeq", m."lastReadMessageId", m."lastReadSeq"
FROM chat_channel c
JOIN chat_channel_head h ON h."chatChannelId" = c.id
LEFT JOIN chat_channel_user_mapping m ON m."chatChannelId" = c.id AND m."userId" = $2 AND m."leftAt" IS NULL
WHERE c.id = $1)"};

// A limit of NULL is none.
constexpr Statement kListOfUser{"channel_list_of_user", R"(
SELECT c.id, c.type, c.name, m.role, c."lastMessageId", h."lastSeq", h."lastEventSeq", m."lastReadMessageId",
       m."lastReadSeq"
FROM chat_channel_user_mapping m
JOIN chat_channel c ON c.id = m."chatChannelId"
JOIN chat_channel_head h ON h."chatChannelId" = m."chatChannelId"
WHERE m."userId" = $1 AND m."leftAt" IS NULL AND m."chatChannelId" > $2
ORDER BY m."chatChannelId" LIMIT $3)"};

// Among open public channels lower(name) is unique, so it is the cursor.
constexpr Statement kBrowse{"channel_browse", R"(
SELECT c.id, c.type, c.name, c.topic, c."createdBy", c."createdAt", c."archivedAt", c."lastMessageId", c."lastMessageAt",
       (SELECT count(*) FROM chat_channel_user_mapping WHERE "chatChannelId" = c.id AND "leftAt" IS NULL),
       EXISTS (SELECT FROM chat_channel_user_mapping
               WHERE "chatChannelId" = c.id AND "userId" = $1 AND "leftAt" IS NULL),
       lower(c.name)
FROM chat_channel c
WHERE c.type = 'public' AND c."archivedAt" IS NULL AND lower(c.name) > $2 AND position(lower($3) IN lower(c.name)) > 0
ORDER BY lower(c.name) LIMIT $4)"};

constexpr Statement kMembers{"member_list", R"(
SELECT u.id, u.username, u."displayName", m.role, m."joinedAt"
FROM chat_channel_user_mapping m JOIN chat_user u ON u.id = m."userId"
WHERE m."chatChannelId" = $1 AND m."userId" > $2 AND m."leftAt" IS NULL
ORDER BY m."userId" LIMIT $3)"};

constexpr Statement kMember{"member_find", R"(
SELECT u.id, u.username, u."displayName", m.role, m."joinedAt"
FROM chat_channel_user_mapping m JOIN chat_user u ON u.id = m."userId"
WHERE m."chatChannelId" = $1 AND m."userId" = $2 AND m."leftAt" IS NULL)"};

constexpr Statement kAdd{"member_add", R"(
SELECT outcome, "memberRole", "memberSince", username, "displayName", "eventSeq", at
FROM chat_add_member($1, $2, $3, $4))"};

constexpr Statement kRemove{"member_remove", R"(
SELECT outcome, "memberRole", "memberSince", username, "displayName", "eventSeq", at
FROM chat_remove_member($1, $2, $3))"};

chat::Channel to_channel(Row row) {
    chat::Channel channel;
    channel.id = row.get<ChannelId>(0);
    channel.type = to_type(row.get<std::string_view>(1));
    channel.name = row.get<std::string>(2);
    channel.topic = row.get<std::string>(3);
    channel.created_by = row.get<UserId>(4);
    channel.created_at = row.get<Timestamp>(5);
    channel.archived_at = row.get<std::optional<Timestamp>>(6);
    channel.last_message_id = row.get<std::optional<MessageId>>(7);
    channel.last_message_at = row.get<std::optional<Timestamp>>(8);
    channel.member_count = row.get<std::int64_t>(9);
    return channel;
}

chat::ChannelView to_view(Row row) {
    chat::ChannelView view;
    view.channel = to_channel(row);
    if (row.is_null(10)) return view;
    chat::ChannelState& state = view.state.emplace();
    state.id = view.channel.id;
    state.name = view.channel.name;
    state.type = view.channel.type;
    state.role = to_role(row.get<std::string_view>(10));
    state.last_message_id = view.channel.last_message_id;
    state.last_seq = row.get<std::int64_t>(11);
    state.last_event_seq = row.get<std::int64_t>(12);
    state.last_read_message_id = row.get<std::optional<MessageId>>(13);
    state.last_read_seq = row.get<std::int64_t>(14);
    state.unread_count = state.last_seq - state.last_read_seq;
    return view;
}

chat::ChannelState to_state(Row row) {
    chat::ChannelState state;
    state.id = row.get<ChannelId>(0);
    state.type = to_type(row.get<std::string_view>(1));
    state.name = row.get<std::string>(2);
    state.role = to_role(row.get<std::string_view>(3));
    state.last_message_id = row.get<std::optional<MessageId>>(4);
    state.last_seq = row.get<std::int64_t>(5);
    state.last_event_seq = row.get<std::int64_t>(6);
    state.last_read_message_id = row.get<std::optional<MessageId>>(7);
    state.last_read_seq = row.get<std::int64_t>(8);
    state.unread_count = state.last_seq - state.last_read_seq;
    return state;
}

chat::Member to_member(Row row) {
    chat::Member member;
    member.user.id = row.get<UserId>(0);
    member.user.username = row.get<std::string>(1);
    member.user.display_name = row.get<std::string>(2);
    member.role = to_role(row.get<std::string_view>(3));
    member.joined_at = row.get<Timestamp>(4);
    return member;
}

Result<chat::MembershipChange> to_change(const Result<postgres::Rows>& rows, UserId user) {
    if (!rows) return to_chat_error(rows.error());
    const auto row = rows->front();
    switch (row.get<std::int64_t>(0)) {
    case 0: break;
    case 2: return chat::Errc::channel_not_found;
    case 3: return chat::Errc::not_a_member;
    case 4: return chat::Errc::channel_archived;
    case 6: return chat::Errc::user_not_found;
    default: return chat::Errc::internal;
    }
    chat::MembershipChange change;
    change.member.user.id = user;
    change.member.role = to_role(row.get<std::string_view>(1));
    change.member.joined_at = row.get<Timestamp>(2);
    change.member.user.username = row.get<std::string>(3);
    change.member.user.display_name = row.get<std::string>(4);
    change.event_seq = row.get<std::int64_t>(5);
    change.at = row.get<Timestamp>(6);
    return change;
}

/// Cursors are positions in the order of the list, in base64 (RFC 4648, section 5: they stand in URLs) so that nobody
/// builds on what is in them.
std::string encode_cursor(std::string_view position) {
    std::string cursor = base64_encode(position);
    std::erase(cursor, '=');
    std::replace(cursor.begin(), cursor.end(), '+', '-');
    std::replace(cursor.begin(), cursor.end(), '/', '_');
    return cursor;
}

std::optional<std::string> decode_cursor(std::string cursor) {
    std::replace(cursor.begin(), cursor.end(), '-', '+');
    std::replace(cursor.begin(), cursor.end(), '_', '/');
    return base64_decode(cursor);
}

Result<std::int64_t> id_of(const std::optional<std::string>& cursor) {
    if (!cursor) return 0;
    const auto text = decode_cursor(*cursor);
    std::int64_t id = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), id).ec != std::errc{}) {
        return chat::Errc::bad_format;
    }
    return id;
}

/// A page of at most `limit`, from rows of which one more was asked for.
template <class T, class Read, class Position>
chat::Page<T> to_page(const postgres::Rows& rows, std::size_t limit, Read read, Position position) {
    chat::Page<T> page;
    for (std::size_t i = 0; i < std::min(rows.size(), limit); ++i) page.items.push_back(read(rows[i]));
    if (rows.size() > limit) page.next_cursor = encode_cursor(position(rows[limit - 1]));
    return page;
}

std::string first_id(Row row) {
    return std::to_string(row.get<std::int64_t>(0));
}

std::int64_t one_more(std::size_t limit) {
    return static_cast<std::int64_t>(limit) + 1;
}

} // namespace

Task<Result<chat::ChannelView>> PgChannelStore::create_channel(chat::NewChannel channel) {
    auto params = Params::of(to_text(channel.type), channel.name, channel.topic, channel.created_by);
    const auto rows = co_await pool_.query(kCreate, std::move(params));
    if (rows) co_return to_view(rows->front());
    if (rows.error() == postgres::kUniqueViolation) co_return chat::Errc::channel_name_taken;
    co_return to_chat_error(rows.error());
}

Task<Result<chat::ChannelView>> PgChannelStore::find_channel(ChannelId channel, UserId viewer) {
    auto params = Params::of(channel, viewer);
    const auto rows = co_await pool_.query(kFind, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::channel_not_found;
    co_return to_view(rows->front());
}

Task<Result<std::vector<chat::ChannelState>>> PgChannelStore::channels_of(UserId user) {
    auto params = Params::of(user, std::int64_t{0}, std::optional<std::int64_t>{});
    const auto rows = co_await pool_.query(kListOfUser, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    std::vector<chat::ChannelState> states;
    states.reserve(rows->size());
    for (std::size_t i = 0; i < rows->size(); ++i) states.push_back(to_state((*rows)[i]));
    co_return states;
}

Task<Result<chat::Page<chat::ChannelState>>> PgChannelStore::list_channels(UserId user, chat::PageQuery query) {
    const auto after = id_of(query.cursor);
    if (!after) co_return after.error();
    auto params = Params::of(user, *after, one_more(query.limit));
    const auto rows = co_await pool_.query(kListOfUser, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    co_return to_page<chat::ChannelState>(*rows, query.limit, to_state, first_id);
}

Task<Result<chat::Page<chat::BrowsedChannel>>> PgChannelStore::browse_channels(UserId viewer, std::string text,
                                                                               chat::PageQuery query) {
    const auto after = query.cursor ? decode_cursor(*query.cursor) : std::optional{std::string{}};
    if (!after) co_return chat::Errc::bad_format;
    auto params = Params::of(viewer, *after, text, one_more(query.limit));
    const auto rows = co_await pool_.query(kBrowse, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    const auto read = [](Row row) { return chat::BrowsedChannel{to_channel(row), row.get<bool>(10)}; };
    const auto position = [](Row row) { return row.get<std::string>(11); };
    co_return to_page<chat::BrowsedChannel>(*rows, query.limit, read, position);
}

Task<Result<chat::Page<chat::Member>>> PgChannelStore::list_members(ChannelId channel, chat::PageQuery query) {
    const auto after = id_of(query.cursor);
    if (!after) co_return after.error();
    auto params = Params::of(channel, *after, one_more(query.limit));
    const auto rows = co_await pool_.query(kMembers, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    co_return to_page<chat::Member>(*rows, query.limit, to_member, first_id);
}

Task<Result<chat::Member>> PgChannelStore::find_member(ChannelId channel, UserId user) {
    auto params = Params::of(channel, user);
    const auto rows = co_await pool_.query(kMember, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::not_a_member;
    co_return to_member(rows->front());
}

Task<Result<chat::MembershipChange>> PgChannelStore::add_member(ChannelId channel, UserId user, chat::Role role,
                                                                UserId actor) {
    auto params = Params::of(channel, user, to_text(role), actor);
    const auto rows = co_await pool_.query(kAdd, std::move(params), Lane::ordered);
    co_return to_change(rows, user);
}

Task<Result<chat::MembershipChange>> PgChannelStore::remove_member(ChannelId channel, UserId user, UserId actor) {
    auto params = Params::of(channel, user, actor);
    const auto rows = co_await pool_.query(kRemove, std::move(params), Lane::ordered);
    co_return to_change(rows, user);
}

} // namespace hubbub::storage::internal
