#include "storage/internal/invite_store.hpp"

#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "storage/internal/channel_rows.hpp"
#include "storage/internal/errors.hpp"
#include "storage/internal/paging.hpp"

#include <utility>

namespace hubbub::storage::internal {

using postgres::Params;
using postgres::Row;
using postgres::Statement;

namespace {

constexpr Statement kCreate{"invite_create", R"(
SELECT id, "chatChannelId", code, "userId", "createdBy", "createdAt", "expiresAt", "maxUses", uses, outcome
FROM chat_create_invite($1, $2, $3, $4, $5, $6, $7))"};

// Of one channel, after $2.
constexpr Statement kList{"invite_list", R"(
SELECT id, "chatChannelId", code, "userId", "createdBy", "createdAt", "expiresAt", "maxUses", uses
FROM chat_invite
WHERE "chatChannelId" = $1 AND id > $2 AND "expiresAt" > now() AND uses < "maxUses"
ORDER BY id LIMIT $3)"};

constexpr Statement kDelete{"invite_delete", R"(
DELETE FROM chat_invite WHERE "chatChannelId" = $1 AND id = $2 RETURNING id)"};

constexpr Statement kFind{"invite_find", R"(SELECT "chatChannelId" FROM chat_invite WHERE code = $1)"};

constexpr Statement kJoin{"invite_join", R"(
SELECT outcome, "memberRole", "memberSince", username, "displayName", "eventSeq", at
FROM chat_join_by_invite($1, $2, $3, $4))"};

chat::Invite to_invite(Row row) {
    chat::Invite invite;
    invite.id = row.get<chat::InviteId>(0);
    invite.channel = row.get<ChannelId>(1);
    invite.code = row.get<std::string>(2);
    invite.user = row.get<std::optional<UserId>>(3);
    invite.created_by = row.get<UserId>(4);
    invite.created_at = row.get<Timestamp>(5);
    invite.expires_at = row.get<Timestamp>(6);
    invite.max_uses = row.get<std::int64_t>(7);
    invite.uses = row.get<std::int64_t>(8);
    return invite;
}

} // namespace

Task<Result<chat::Invite>> PgInviteStore::create_invite(chat::NewInvite invite, chat::Actor actor) {
    auto params = Params::of(invite.channel, actor.user, to_text(*actor.role), invite.user, invite.expires_at,
                             invite.max_uses, static_cast<std::int64_t>(limits::kInvitesPerChannelMax));
    const auto rows = co_await pool_.query(kCreate, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (const auto refused = refusal(rows->front().get<std::int64_t>(9))) co_return *refused;
    co_return to_invite(rows->front());
}

Task<Result<chat::Page<chat::Invite>>> PgInviteStore::list_invites(ChannelId channel, chat::PageQuery query) {
    const auto after = id_of(query.cursor);
    if (!after) co_return after.error();
    auto params = Params::of(channel, *after, one_more(query.limit));
    const auto rows = co_await pool_.query(kList, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    co_return to_page<chat::Invite>(*rows, query.limit, to_invite, first_id);
}

Task<Result<void>> PgInviteStore::delete_invite(ChannelId channel, chat::InviteId invite) {
    auto params = Params::of(channel, invite);
    const auto rows = co_await pool_.query(kDelete, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::invite_not_found;
    co_return Result<void>{};
}

Task<Result<ChannelId>> PgInviteStore::find_invite(std::string code) {
    auto params = Params::of(code);
    const auto rows = co_await pool_.query(kFind, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::invite_not_found;
    co_return rows->front().get<ChannelId>(0);
}

Task<Result<chat::MembershipChange>> PgInviteStore::join_by_invite(ChannelId channel, UserId user,
                                                                   std::optional<std::string> code) {
    auto params = Params::of(channel, user, code, limits::kChannelsPerUserMax);
    const auto lane = pool_.ordered(channel.value);
    const auto rows = co_await pool_.query(kJoin, std::move(params), lane);
    co_return to_change(rows, user);
}

} // namespace hubbub::storage::internal
