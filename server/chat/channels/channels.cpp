#include "chat/channels/channels.hpp"

#include "base/limits.hpp"
#include "chat/errc.hpp"

#include <algorithm>
#include <utility>

namespace hubbub::chat {
namespace {

/// What is pending was read before the state: whatever was written in between is in the state. (The store has counted
/// mentions from there.)
void catch_up(ChannelState& state, const PendingOfUser& pending) {
    const auto found = std::ranges::find(pending, state.id, &PendingOfUser::value_type::first);
    if (found == pending.end() || found->second.read.seq <= state.last_read_seq) return;
    state.last_read_message_id = found->second.read.message;
    state.last_read_seq = found->second.read.seq;
    state.unread_count = std::max<std::int64_t>(state.last_seq - state.last_read_seq, 0);
}

} // namespace

Task<Result<ChannelView>> Channels::create(NewChannel channel) {
    return store_.create_channel(std::move(channel));
}

Task<Result<DirectChannel>> Channels::open_direct(UserId user, UserId other) {
    return store_.open_direct(user, other);
}

Task<Result<ChannelView>> Channels::view(ChannelId channel, UserId viewer) {
    const auto pending = co_await marks_.pending(viewer);
    auto view = co_await store_.find_channel(channel, viewer, pending);
    if (view && view->state) catch_up(*view->state, pending);
    if (view && !view->state && view->channel.type != ChannelType::public_channel) co_return Errc::channel_not_found;
    co_return view;
}

Task<Result<Page<ChannelState>>> Channels::newest(UserId user) {
    const auto pending = co_await marks_.pending(user);
    auto page = co_await store_.newest_channels(user, limits::kConnectedChannelsMax, pending);
    if (page && !pending.empty()) {
        for (ChannelState& state : page->items) catch_up(state, pending);
    }
    co_return page;
}

Task<Result<Page<ChannelState>>> Channels::list(UserId user, PageQuery query) {
    const auto pending = co_await marks_.pending(user);
    auto page = co_await store_.list_channels(user, std::move(query), pending);
    if (page) {
        for (ChannelState& state : page->items) catch_up(state, pending);
    }
    co_return page;
}

Task<Result<Page<BrowsedChannel>>> Channels::browse(UserId viewer, std::string text, PageQuery query) {
    return store_.browse_channels(viewer, std::move(text), std::move(query));
}

Task<Result<Page<Member>>> Channels::members(ChannelId channel, UserId viewer, PageQuery query) {
    const auto seen = co_await view(channel, viewer);
    if (!seen) co_return seen.error();
    auto page = co_await store_.list_members(channel, std::move(query));
    co_return page;
}

Task<Result<Member>> Channels::membership(ChannelId channel, UserId user) {
    auto member = co_await store_.find_member(channel, user);
    if (member || member.error() != Errc::not_a_member) co_return member;
    const auto seen = co_await view(channel, user);
    if (!seen) co_return seen.error();
    co_return Errc::not_a_member;
}

Task<Result<MembershipChange>> Channels::join(ChannelId channel, UserId user) {
    const auto seen = co_await view(channel, user);
    if (!seen && seen.error() == Errc::channel_not_found) {
        auto change = co_await invites_.join_by_invite(channel, user, std::nullopt);
        if (!change && change.error() == Errc::invite_not_found) co_return Errc::channel_not_found;
        co_return change;
    }
    if (!seen) co_return seen.error();
    if (!seen->state) {
        const Actor self{user};
        auto change = co_await store_.add_member(channel, user, Role::member, self);
        co_return change;
    }
    auto member = co_await store_.find_member(channel, user);
    if (!member) co_return member.error();
    MembershipChange unchanged;
    unchanged.member = std::move(*member);
    co_return unchanged;
}

Task<Result<Actor>> Channels::permit(Action action, ChannelId channel, UserId actor) {
    const auto seen = co_await view(channel, actor);
    if (!seen) co_return seen.error();
    if (!seen->state) co_return Errc::not_a_member;
    if (!may(action, seen->channel.type, seen->state->role)) co_return Errc::role_forbidden;
    co_return Actor{actor, seen->state->role};
}

Task<Result<MembershipChange>> Channels::leave(ChannelId channel, UserId user) {
    const auto actor = co_await permit(Action::leave, channel, user);
    if (!actor) co_return actor.error();
    auto change = co_await store_.remove_member(channel, user, *actor);
    co_return change;
}

Task<Result<Addition>> Channels::add(ChannelId channel, UserId actor, UserId user, Role role) {
    const auto as = co_await permit(Action::add_member, channel, actor);
    if (!as) co_return as.error();
    if (!may_give(*as->role, role)) co_return Errc::role_forbidden;
    NewInvite invite;
    invite.channel = channel;
    invite.user = user;
    invite.expires_at = now() + limits::kInviteTtlDefault;
    auto added = co_await invites_.add_or_invite(invite, role, *as);
    co_return added;
}

Task<Result<MembershipChange>> Channels::remove(ChannelId channel, UserId actor, UserId user) {
    if (actor == user) {
        auto change = co_await leave(channel, user);
        co_return change;
    }
    const auto as = co_await permit_on(Action::remove_member, channel, actor, user);
    if (!as) co_return as.error();
    auto change = co_await store_.remove_member(channel, user, *as);
    co_return change;
}

Task<Result<MembershipChange>> Channels::set_role(ChannelId channel, UserId actor, UserId user, Role role) {
    // Stepping down asks for no permission but that the channel is not a direct one.
    const Action action = actor == user ? Action::leave : Action::set_role;
    const auto as = co_await permit_on(action, channel, actor, user);
    if (!as) co_return as.error();
    if (!may_give(*as->role, role)) co_return Errc::role_forbidden;
    auto change = co_await store_.set_role(channel, user, role, *as);
    co_return change;
}

/// `permit`, and that the actor is above the other one.
Task<Result<Actor>> Channels::permit_on(Action action, ChannelId channel, UserId actor, UserId user) {
    auto as = co_await permit(action, channel, actor);
    if (!as || actor == user) co_return as;
    const auto target = co_await store_.find_member(channel, user);
    if (!target) {
        if (target.error() == Errc::not_a_member) co_return Errc::user_not_found;
        co_return target.error();
    }
    if (!outranks(*as->role, target->role)) co_return Errc::role_forbidden;
    as->others_role = target->role;
    co_return as;
}

Task<Result<ChannelView>> Channels::update(ChannelId channel, UserId actor, ChannelChange change) {
    // Whoever may archive it may also change what it is called.
    const Action action = change.archived ? Action::archive : Action::update;
    const auto as = co_await permit(action, channel, actor);
    if (!as) co_return as.error();
    auto view = co_await store_.update_channel(channel, *as, std::move(change));
    co_return view;
}

Task<Result<ChannelView>> Channels::mute(ChannelId channel, UserId user, std::optional<Timestamp> until) {
    const auto member = co_await membership(channel, user);
    if (!member) co_return member.error();
    const auto muted = co_await store_.set_muted(channel, user, until);
    if (!muted) co_return muted.error();
    auto seen = co_await view(channel, user);
    co_return seen;
}

} // namespace hubbub::chat
