#include "storage/internal/channel_store.hpp"

#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "storage/internal/channel_rows.hpp"
#include "storage/internal/errors.hpp"
#include "storage/internal/paging.hpp"
#include "storage/internal/sql.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace hubbub::storage::internal {

using postgres::Lane;
using postgres::Params;
using postgres::Row;
using postgres::Statement;

namespace {

constexpr Statement kCreateChannel{"channel_create",
                                   "SELECT outcome, channel FROM chat_create_channel($1, $2, $3, $4, $5, $6)"};

constexpr Statement kFindChannel{"channel_find", R"(
SELECT c.id, c.type, c.name, c.topic, c."createdBy", c."createdAt", c."archivedAt", c."lastMessageId", c."lastMessageAt",
       (SELECT count(*) FROM chat_channel_user_mapping WHERE "chatChannelId" = $1 AND "leftAt" IS NULL),
       m.role, h."lastSeq", h."lastEventSeq", m."lastReadMessageId", m."lastReadSeq", m."mutedUntil",
       p.id, p.username, p."displayName",
       (SELECT count(*) FROM chat_message_mention x
        WHERE x."userId" IN (0, $2) AND x."chatChannelId" = m."chatChannelId" AND x.seq > greatest(m."lastReadSeq", (
          SELECT p.seq FROM unnest($3::bigint[], $4::bigint[]) AS p (channel, seq) WHERE p.channel = m."chatChannelId")))
FROM chat_channel c
JOIN chat_channel_head h ON h."chatChannelId" = c.id
LEFT JOIN chat_channel_user_mapping m ON m."chatChannelId" = c.id AND m."userId" = $2 AND m."leftAt" IS NULL
LEFT JOIN chat_direct d ON d."chatChannelId" = c.id AND c.type = 'direct'
LEFT JOIN chat_user p ON p.id = d."lowUserId" + d."highUserId" - $2
WHERE c.id = $1)"};

// Of the user $1, at most $2; what is pending in $3 and $4.
constexpr char kStatesOfUser[] = R"(
SELECT c.id, c.type, c.name, m.role, c."lastMessageId", h."lastSeq", h."lastEventSeq", m."lastReadMessageId",
       m."lastReadSeq", c."archivedAt", m."mutedUntil", p.id, p.username, p."displayName",
       (SELECT count(*) FROM chat_message_mention x
        WHERE x."userId" IN (0, $1) AND x."chatChannelId" = m."chatChannelId" AND x.seq > greatest(m."lastReadSeq", (
          SELECT p.seq FROM unnest($3::bigint[], $4::bigint[]) AS p (channel, seq) WHERE p.channel = m."chatChannelId")))
FROM chat_channel_user_mapping m
JOIN chat_channel c ON c.id = m."chatChannelId"
JOIN chat_channel_head h ON h."chatChannelId" = m."chatChannelId"
LEFT JOIN chat_direct d ON d."chatChannelId" = c.id AND c.type = 'direct'
LEFT JOIN chat_user p ON p.id = d."lowUserId" + d."highUserId" - $1
WHERE m."userId" = $1 AND m."leftAt" IS NULL)";

constexpr auto kListChannelsOfUserText =
    sql(kStatesOfUser, R"( AND m."chatChannelId" > $5 ORDER BY m."chatChannelId" LIMIT $2)");
constexpr Statement kListChannelsOfUser{"channel_list_of_user", kListChannelsOfUserText.data()};

// greatest() leaves out what is null.
constexpr auto kNewestOfUserText = sql(kStatesOfUser, R"(
ORDER BY greatest(c."lastMessageAt", m."joinedAt") DESC, m."chatChannelId" DESC LIMIT $2)");
constexpr Statement kNewestOfUser{"channel_newest_of_user", kNewestOfUserText.data()};

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

/// Two arrays: channels, and how far the user has read them.
void add_reads(Params& params, const chat::PendingOfUser& pending) {
    std::vector<ChannelId> channels;
    std::vector<std::int64_t> seqs;
    for (const auto& [channel, marks] : pending) {
        channels.push_back(channel);
        seqs.push_back(marks.read.seq);
    }
    params.add(channels);
    params.add(seqs);
}

} // namespace

Task<Result<chat::ChannelView>> PgChannelStore::create_channel(chat::NewChannel channel) {
    auto params = Params::of(to_text(channel.type), channel.name, channel.topic, channel.created_by,
                             limits::kChannelsMadeMax, limits::kChannelsPerUserMax);
    const auto rows = co_await pool_.query(kCreateChannel, std::move(params));
    if (!rows && rows.error() == postgres::kUniqueViolation) co_return chat::Errc::channel_name_taken;
    if (!rows) co_return to_chat_error(rows.error());
    if (const auto refused = refusal(rows->front().get<std::int64_t>(0))) co_return *refused;
    const auto made = rows->front().get<ChannelId>(1);
    chat::PendingOfUser none;
    auto view = co_await find_channel(made, channel.created_by, std::move(none));
    co_return view;
}

Task<Result<chat::ChannelView>> PgChannelStore::find_channel(ChannelId channel, UserId viewer,
                                                             chat::PendingOfUser pending) {
    return find_channel(channel, viewer, std::move(pending), Lane::any);
}

Task<Result<chat::ChannelView>> PgChannelStore::find_channel(ChannelId channel, UserId viewer,
                                                             chat::PendingOfUser pending, Lane lane) {
    auto params = Params::of(channel, viewer);
    add_reads(params, pending);
    const auto rows = co_await pool_.query(kFindChannel, std::move(params), lane);
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::channel_not_found;
    co_return to_view(rows->front());
}

Task<Result<chat::Page<chat::ChannelState>>> PgChannelStore::newest_channels(UserId user, std::size_t limit,
                                                                             chat::PendingOfUser pending) {
    // Whoever is in no more than that has them all in a list by id, which costs less than finding the newest.
    auto all = co_await list_channels(user, {.cursor = {}, .limit = limit}, pending);
    if (!all || !all->next_cursor) co_return all;
    auto params = Params::of(user, one_more(limit));
    add_reads(params, pending);
    const auto rows = co_await pool_.query(kNewestOfUser, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    const auto beginning = [](Row) { return std::string{"0"}; };
    auto page = to_page<chat::ChannelState>(*rows, limit, to_state, beginning);
    std::ranges::sort(page.items, {}, &chat::ChannelState::id);
    co_return page;
}

Task<Result<chat::Page<chat::ChannelState>>> PgChannelStore::list_channels(UserId user, chat::PageQuery query,
                                                                           chat::PendingOfUser pending) {
    const auto after = id_of(query.cursor);
    if (!after) co_return after.error();
    auto params = Params::of(user, one_more(query.limit));
    add_reads(params, pending);
    params.add(*after);
    const auto rows = co_await pool_.query(kListChannelsOfUser, std::move(params));
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

} // namespace hubbub::storage::internal
