#include "storage/internal/change_store.hpp"

#include "storage/internal/errors.hpp"

#include <utility>

namespace hubbub::storage::internal {

using postgres::Params;
using postgres::Row;
using postgres::Rows;
using postgres::Statement;

namespace {

constexpr Statement kClock{"clock", "SELECT clock_timestamp()"};

// greatest() leaves out what is null.
constexpr Statement kMemberships{"memberships_changed", R"(
SELECT "chatChannelId", "userId", "leftAt" IS NULL, greatest("joinedAt", "leftAt")
FROM chat_channel_user_mapping
WHERE (greatest("joinedAt", "leftAt"), "chatChannelId", "userId") > ($1, $2, $3)
ORDER BY greatest("joinedAt", "leftAt"), "chatChannelId", "userId" LIMIT $4)"};

constexpr Statement kSessions{"sessions_ended", R"(
SELECT "familyId", "userId", "revokedAt" FROM chat_session
WHERE "revokedAt" IS NOT NULL AND ("revokedAt", "familyId") > ($1, $2)
GROUP BY "revokedAt", "familyId", "userId" ORDER BY "revokedAt", "familyId" LIMIT $3)"};

constexpr Statement kEndedOf{"sessions_ended_of", R"(
SELECT DISTINCT "familyId" FROM chat_session
WHERE "userId" = $1 AND "familyId" = ANY ($2) AND "revokedAt" IS NOT NULL)"};

constexpr Statement kHeads{"channel_heads", R"(
SELECT "chatChannelId", "lastEventSeq" FROM chat_channel_head WHERE "chatChannelId" = ANY ($1))"};

constexpr Statement kHeadsOf{"channel_heads_of_user", R"(
SELECT h."chatChannelId", h."lastEventSeq"
FROM chat_channel_user_mapping m JOIN chat_channel_head h ON h."chatChannelId" = m."chatChannelId"
WHERE m."userId" = $1 AND m."leftAt" IS NULL)"};

constexpr Statement kStanding{"member_standing", R"(
SELECT EXISTS (SELECT FROM chat_channel_user_mapping
               WHERE "chatChannelId" = $1 AND "userId" = $2 AND "leftAt" IS NULL),
       coalesce((SELECT "lastEventSeq" FROM chat_channel_head WHERE "chatChannelId" = $1), 0))"};

chat::ChangeStore::Head to_head(Row row) {
    return {row.get<ChannelId>(0), row.get<std::int64_t>(1)};
}

template <class T, class Read> Result<std::vector<T>> to_list(const Result<Rows>& rows, Read read) {
    if (!rows) return to_chat_error(rows.error());
    std::vector<T> list;
    list.reserve(rows->size());
    for (std::size_t i = 0; i < rows->size(); ++i) list.push_back(read((*rows)[i]));
    return list;
}

} // namespace

Task<Result<Timestamp>> PgChangeStore::clock() {
    const auto rows = co_await pool_.query(kClock, {});
    if (!rows) co_return to_chat_error(rows.error());
    co_return rows->front().get<Timestamp>(0);
}

Task<Result<std::vector<chat::ChangeStore::Membership>>> PgChangeStore::changed_memberships(Membership after,
                                                                                            std::size_t limit) {
    auto params = Params::of(after.changed_at, after.channel, after.user, static_cast<std::int64_t>(limit));
    const auto rows = co_await pool_.query(kMemberships, std::move(params));
    co_return to_list<Membership>(rows, [](Row row) {
        return Membership{row.get<ChannelId>(0), row.get<UserId>(1), row.get<bool>(2), row.get<Timestamp>(3)};
    });
}

Task<Result<std::vector<chat::ChangeStore::EndedSession>>> PgChangeStore::ended_sessions(EndedSession after,
                                                                                         std::size_t limit) {
    auto params = Params::of(after.ended_at, after.session, static_cast<std::int64_t>(limit));
    const auto rows = co_await pool_.query(kSessions, std::move(params));
    co_return to_list<EndedSession>(rows, [](Row row) {
        return EndedSession{row.get<SessionId>(0), row.get<UserId>(1), row.get<Timestamp>(2)};
    });
}

Task<Result<std::vector<SessionId>>> PgChangeStore::ended_of(UserId user, std::vector<SessionId> sessions) {
    auto params = Params::of(user, sessions);
    const auto rows = co_await pool_.query(kEndedOf, std::move(params));
    co_return to_list<SessionId>(rows, [](Row row) { return row.get<SessionId>(0); });
}

Task<Result<std::vector<chat::ChangeStore::Head>>> PgChangeStore::heads(std::vector<ChannelId> channels) {
    auto params = Params::of(channels);
    const auto rows = co_await pool_.query(kHeads, std::move(params));
    co_return to_list<Head>(rows, to_head);
}

Task<Result<std::vector<chat::ChangeStore::Head>>> PgChangeStore::heads_of(UserId user) {
    auto params = Params::of(user);
    const auto rows = co_await pool_.query(kHeadsOf, std::move(params));
    co_return to_list<Head>(rows, to_head);
}

Task<Result<chat::ChangeStore::Standing>> PgChangeStore::standing(ChannelId channel, UserId user) {
    auto params = Params::of(channel, user);
    const auto lane = pool_.ordered(channel.value);
    const auto rows = co_await pool_.query(kStanding, std::move(params), lane);
    if (!rows) co_return to_chat_error(rows.error());
    co_return Standing{rows->front().get<bool>(0), rows->front().get<std::int64_t>(1)};
}

} // namespace hubbub::storage::internal
