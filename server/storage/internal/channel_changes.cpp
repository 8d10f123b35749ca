// Changes of channels and of who is in them: each in one call of a function, in the order of the calls.
#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "storage/internal/channel_rows.hpp"
#include "storage/internal/channel_store.hpp"
#include "storage/internal/errors.hpp"

#include <string_view>
#include <utility>

namespace hubbub::storage::internal {

using postgres::Params;
using postgres::Statement;

namespace {

constexpr Statement kAddMember{"member_add", R"(
SELECT outcome, "memberRole", "memberSince", username, "displayName", "eventSeq", at
FROM chat_add_member($1, $2, $3, $4, $5, $6))"};

constexpr Statement kRemove{"member_remove", R"(
SELECT outcome, "memberRole", "memberSince", username, "displayName", "eventSeq", at, "inviteId", "invitedId"
FROM chat_remove_member($1, $2, $3, $4, $5))"};

constexpr Statement kSetRole{"member_set_role", R"(
SELECT outcome, "memberRole", "memberSince", username, "displayName", "eventSeq", at, "inviteId", "invitedId"
FROM chat_set_role($1, $2, $3, $4, $5, $6))"};

constexpr Statement kUpdate{"channel_update", "SELECT chat_update_channel($1, $2, $3, $4, $5, $6, $7)"};

constexpr Statement kMute{"member_mute", R"(
UPDATE chat_channel_user_mapping SET "mutedUntil" = $3
WHERE "chatChannelId" = $1 AND "userId" = $2 AND "leftAt" IS NULL)"};

constexpr Statement kOpenDirect{"direct_open",
                                "SELECT outcome, channel, created FROM chat_open_direct($1, $2, $3, $4)"};

std::optional<std::string_view> to_text(std::optional<chat::Role> role) {
    return role ? std::optional{internal::to_text(*role)} : std::nullopt;
}

} // namespace

Task<Result<chat::MembershipChange>> PgChannelStore::add_member(ChannelId channel, UserId user, chat::Role role,
                                                                chat::Actor actor) {
    auto params = Params::of(channel, user, internal::to_text(role), actor.user, to_text(actor.role),
                             user == actor.user ? limits::kChannelsPerUserMax : limits::kChannelsByOthersMax);
    const auto lane = pool_.ordered(channel.value);
    const auto rows = co_await pool_.query(kAddMember, std::move(params), lane);
    co_return to_change(rows, user);
}

Task<Result<chat::MembershipChange>> PgChannelStore::remove_member(ChannelId channel, UserId user, chat::Actor actor) {
    auto params = Params::of(channel, user, actor.user, to_text(actor.role), to_text(actor.others_role));
    const auto lane = pool_.ordered(channel.value);
    const auto rows = co_await pool_.query(kRemove, std::move(params), lane);
    co_return to_change(rows, user);
}

Task<Result<chat::MembershipChange>> PgChannelStore::set_role(ChannelId channel, UserId user, chat::Role role,
                                                              chat::Actor actor) {
    auto params =
        Params::of(channel, user, internal::to_text(role), actor.user, to_text(actor.role), to_text(actor.others_role));
    const auto lane = pool_.ordered(channel.value);
    const auto rows = co_await pool_.query(kSetRole, std::move(params), lane);
    co_return to_change(rows, user);
}

Task<Result<chat::ChannelView>> PgChannelStore::update_channel(ChannelId channel, chat::Actor actor,
                                                               chat::ChannelChange change) {
    auto params = Params::of(channel, actor.user, to_text(actor.role), change.name, change.topic, change.archived,
                             limits::kChannelsMadeMax);
    const auto lane = pool_.ordered(channel.value);
    const auto rows = co_await pool_.query(kUpdate, std::move(params), lane);
    if (!rows && rows.error() == postgres::kUniqueViolation) co_return chat::Errc::channel_name_taken;
    if (!rows) co_return to_chat_error(rows.error());
    if (const auto refused = refusal(rows->front().get<std::int64_t>(0))) co_return *refused;
    // On the same lane: whoever changes it next cannot be told before us.
    chat::PendingOfUser none;
    auto view = co_await find_channel(channel, actor.user, std::move(none), lane);
    co_return view;
}

Task<Result<void>> PgChannelStore::set_muted(ChannelId channel, UserId user, std::optional<Timestamp> until) {
    auto params = Params::of(channel, user, until);
    const auto rows = co_await pool_.query(kMute, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    co_return Result<void>{};
}

Task<Result<chat::DirectChannel>> PgChannelStore::open_direct(UserId user, UserId other) {
    auto params = Params::of(user, other, limits::kChannelsPerUserMax, limits::kChannelsByOthersMax);
    const auto rows = co_await pool_.query(kOpenDirect, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    const auto row = rows->front();
    if (const auto refused = refusal(row.get<std::int64_t>(0))) co_return *refused;
    co_return chat::DirectChannel{row.get<ChannelId>(1), row.get<bool>(2)};
}

} // namespace hubbub::storage::internal
