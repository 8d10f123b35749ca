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

constexpr auto kPerChannelMax = static_cast<std::int64_t>(limits::kInvitesPerChannelMax);

// With the columns of chat_invitation last.
constexpr Statement kCreateInvite{"invite_create",
                                  "SELECT outcome, (invite).* FROM chat_create_invite($1, $2, $3, $4, $5, $6, $7, $8)"};

constexpr Statement kAddOrInvite{"member_add_or_invite", R"(
SELECT outcome, "memberRole", "memberSince", username, "displayName", "eventSeq", at, "isNew", (invite).*
FROM chat_add_or_invite($1, $2, $3, $4, $5, $6, $7, $8, $9))"};

constexpr Statement kListInvitesOfUser{"invite_list_of_user", R"(
SELECT v.* FROM chat_invitation v WHERE v."userId" = $1 AND v."isOpen" ORDER BY v.id DESC LIMIT $2)"};

// Of one channel, after $2.
constexpr Statement kListInvites{"invite_list", R"(
SELECT id, "chatChannelId", code, "userId", "createdBy", "createdAt", "expiresAt", "maxUses", uses
FROM chat_invite
WHERE "chatChannelId" = $1 AND id > $2 AND "expiresAt" > now() AND uses < "maxUses"
ORDER BY id LIMIT $3)"};

constexpr Statement kDeleteInvite{"invite_delete", R"(
DELETE FROM chat_invite WHERE "chatChannelId" = $1 AND id = $2 RETURNING "userId")"};

constexpr Statement kDecline{"invite_decline", R"(
DELETE FROM chat_invite WHERE "userId" = $1 AND id = $2 AND "expiresAt" > now() AND uses < "maxUses"
RETURNING "chatChannelId")"};

constexpr Statement kFindInvite{"invite_find", R"(SELECT "chatChannelId" FROM chat_invite WHERE code = $1)"};

constexpr Statement kJoin{"invite_join", R"(
SELECT outcome, "memberRole", "memberSince", username, "displayName", "eventSeq", at
FROM chat_join_by_invite($1, $2, $3, $4))"};

/// From `column` on.
chat::Invite to_invite(Row row, int column) {
    chat::Invite invite;
    invite.id = row.get<chat::InviteId>(column);
    invite.channel = row.get<ChannelId>(column + 1);
    invite.code = row.get<std::string>(column + 2);
    invite.user = row.get<std::optional<UserId>>(column + 3);
    invite.created_by = row.get<UserId>(column + 4);
    invite.created_at = row.get<Timestamp>(column + 5);
    invite.expires_at = row.get<Timestamp>(column + 6);
    invite.max_uses = row.get<std::int64_t>(column + 7);
    invite.uses = row.get<std::int64_t>(column + 8);
    return invite;
}

/// A row of chat_invitation, from `column` on.
chat::Invitation to_invitation(Row row, int column) {
    chat::Invitation invitation;
    invitation.invite = to_invite(row, column);
    invitation.channel_name = row.get<std::string>(column + 9);
    invitation.topic = row.get<std::string>(column + 10);
    invitation.invited_by.id = invitation.invite.created_by;
    invitation.invited_by.username = row.get<std::string>(column + 11);
    invitation.invited_by.display_name = row.get<std::string>(column + 12);
    invitation.is_open = row.get<bool>(column + 13);
    return invitation;
}

} // namespace

Task<Result<chat::Invitation>> PgInviteStore::create_invite(chat::NewInvite invite, chat::Actor actor) {
    auto params = Params::of(invite.channel, actor.user, to_text(*actor.role), invite.user, invite.expires_at,
                             invite.max_uses, kPerChannelMax, limits::kInvitationsMax);
    const auto lane = pool_.ordered(invite.channel.value);
    const auto rows = co_await pool_.query(kCreateInvite, std::move(params), lane);
    if (!rows) co_return to_chat_error(rows.error());
    if (const auto refused = refusal(rows->front().get<std::int64_t>(0))) co_return *refused;
    co_return to_invitation(rows->front(), 1);
}

Task<Result<chat::Addition>> PgInviteStore::add_or_invite(chat::NewInvite invite, chat::Role role, chat::Actor actor) {
    auto params = Params::of(invite.channel, *invite.user, to_text(role), actor.user, to_text(*actor.role),
                             limits::kChannelsByOthersMax, invite.expires_at, kPerChannelMax, limits::kInvitationsMax);
    const auto lane = pool_.ordered(invite.channel.value);
    const auto rows = co_await pool_.query(kAddOrInvite, std::move(params), lane);
    if (!rows) co_return to_chat_error(rows.error());
    const auto row = rows->front();
    if (const auto refused = refusal(row.get<std::int64_t>(0))) co_return *refused;
    chat::Addition added;
    added.is_new = row.get<bool>(7);
    if (row.is_null(8)) {
        added.change = *to_change(rows, *invite.user);
    } else {
        added.invitation = to_invitation(row, 8);
    }
    co_return added;
}

Task<Result<chat::Page<chat::Invite>>> PgInviteStore::list_invites(ChannelId channel, chat::PageQuery query) {
    const auto after = id_of(query.cursor);
    if (!after) co_return after.error();
    auto params = Params::of(channel, *after, one_more(query.limit));
    const auto rows = co_await pool_.query(kListInvites, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    co_return to_page<chat::Invite>(
        *rows, query.limit, [](Row row) { return to_invite(row, 0); }, first_id);
}

Task<Result<std::vector<chat::Invitation>>> PgInviteStore::list_invitations(UserId user) {
    auto params = Params::of(user, limits::kInvitationsMax);
    const auto rows = co_await pool_.query(kListInvitesOfUser, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    std::vector<chat::Invitation> all;
    for (std::size_t i = 0; i < rows->size(); ++i) all.push_back(to_invitation((*rows)[i], 0));
    co_return all;
}

Task<Result<std::optional<UserId>>> PgInviteStore::delete_invite(ChannelId channel, chat::InviteId invite) {
    auto params = Params::of(channel, invite);
    const auto lane = pool_.ordered(channel.value);
    const auto rows = co_await pool_.query(kDeleteInvite, std::move(params), lane);
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::invite_not_found;
    co_return rows->front().get<std::optional<UserId>>(0);
}

Task<Result<ChannelId>> PgInviteStore::decline_invite(UserId user, chat::InviteId invite) {
    auto params = Params::of(user, invite);
    const auto rows = co_await pool_.query(kDecline, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::invite_not_found;
    co_return rows->front().get<ChannelId>(0);
}

Task<Result<ChannelId>> PgInviteStore::find_invite(std::string code) {
    auto params = Params::of(code);
    const auto rows = co_await pool_.query(kFindInvite, std::move(params));
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
