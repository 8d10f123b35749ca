#include "storage/internal/presence_store.hpp"

#include "base/limits.hpp"
#include "storage/internal/errors.hpp"

#include <string_view>
#include <utility>

namespace hubbub::storage::internal {

using postgres::Params;
using postgres::Row;
using postgres::Rows;
using postgres::Statement;

namespace {

constexpr Statement kWritePresence{"presence_write", R"(
SELECT "userId", "appearsOffline", "doNotDisturb", "statusText", "lastSeenAt", channels
FROM chat_write_presence($1, $2, $3, $4, $5))"};

constexpr Statement kFindPresence{"presence_find", R"(
SELECT u.id, p."lastSeenAt"
FROM unnest($2::bigint[]) u (id) LEFT JOIN chat_user_presence p ON p."userId" = u.id
WHERE u.id = $1 OR EXISTS (
  SELECT FROM chat_channel_user_mapping own
  JOIN chat_channel_user_mapping other ON other."chatChannelId" = own."chatChannelId"
  WHERE own."userId" = $1 AND own."leftAt" IS NULL AND other."userId" = u.id AND other."leftAt" IS NULL))"};

constexpr Statement kFindOfMembers{"presence_find_of_members", R"(
SELECT m."userId", p."lastSeenAt"
FROM chat_channel_user_mapping m LEFT JOIN chat_user_presence p ON p."userId" = m."userId"
WHERE m."chatChannelId" = $1 AND m."leftAt" IS NULL
ORDER BY m."userId" LIMIT $2)"};

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        parts.emplace_back(list.substr(0, comma));
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    return parts;
}

chat::PresenceNote to_note(Row row) {
    chat::PresenceNote note;
    note.user = row.get<UserId>(0);
    note.hidden = row.get<bool>(1);
    note.dnd = row.get<bool>(2);
    note.text = row.get<std::string>(3);
    note.last_seen_at = row.get<std::optional<Timestamp>>(4);
    note.channels = split(row.get<std::string_view>(5));
    return note;
}

std::vector<chat::LastSeen> to_last_seen(const Rows& rows) {
    std::vector<chat::LastSeen> users;
    for (std::size_t i = 0; i < rows.size(); ++i)
        users.push_back({rows[i].get<UserId>(0), rows[i].get<std::optional<Timestamp>>(1)});
    return users;
}

} // namespace

void PgPresenceStore::write_presence(const std::vector<chat::PresenceWrite>& writes, Timestamp at,
                                     Callback<void(Result<std::vector<chat::PresenceNote>>)> done) {
    std::vector<UserId> users;
    std::vector<std::optional<bool>> hidden;
    std::vector<std::optional<bool>> dnd;
    std::vector<std::optional<std::string>> texts;
    for (const chat::PresenceWrite& write : writes) {
        users.push_back(write.user);
        hidden.push_back(write.hidden);
        dnd.push_back(write.dnd);
        texts.push_back(write.text);
    }
    auto params = Params::of(users, hidden, dnd, texts, at);
    pool_.query(kWritePresence, std::move(params), [done = std::move(done)](const Result<Rows>& rows) mutable {
        done(decoded(rows, [](const Rows& seen) {
            std::vector<chat::PresenceNote> notes;
            for (std::size_t i = 0; i < seen.size(); ++i) notes.push_back(to_note(seen[i]));
            return notes;
        }));
    });
}

Task<Result<std::vector<chat::LastSeen>>> PgPresenceStore::find_presence(UserId viewer, std::vector<UserId> users) {
    auto params = Params::of(viewer, users);
    const auto rows = co_await pool_.query(kFindPresence, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    co_return to_last_seen(*rows);
}

Task<Result<std::vector<chat::LastSeen>>> PgPresenceStore::find_presence_of_members(ChannelId channel) {
    auto params = Params::of(channel, static_cast<std::int64_t>(limits::kPresenceMembersMax));
    const auto rows = co_await pool_.query(kFindOfMembers, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    co_return to_last_seen(*rows);
}

} // namespace hubbub::storage::internal
