#include "gateway/memberships.hpp"

#include "chat/errc.hpp"
#include "gateway/internal/completion.hpp"

#include <utility>

namespace hubbub::gateway {

using chat::MembershipChange;

namespace {

/// Errors by which a change finds that it has been made already.
bool is_done_already(error_code error, bool joined, bool by_himself) {
    if (joined) return error == chat::Errc::invite_not_found;
    if (!by_himself) return error == chat::Errc::user_not_found;
    return error == chat::Errc::not_a_member || error == chat::Errc::channel_not_found;
}

} // namespace

Task<Result<chat::ChannelView>> Memberships::create(runtime::Shard& here, chat::NewChannel channel) {
    const UserId creator = channel.created_by;
    auto created = co_await node_.services_of(here).channels.create(std::move(channel));
    if (!created) co_return created.error();
    co_await enter(created->channel.id, creator);
    // Read now: whoever found the new channel at once may have written to it before the sockets were in its room.
    auto view = co_await node_.services_of(here).channels.view(created->channel.id, creator);
    co_return view;
}

Task<Result<Memberships::Opened>> Memberships::open_direct(runtime::Shard& here, UserId user, UserId other) {
    const auto channel = co_await node_.services_of(here).channels.open_direct(user, other);
    if (!channel) co_return channel.error();
    // Whoever has made it, perhaps with an answer that was lost.
    co_await enter(channel->id, other);
    co_await enter(channel->id, user);
    auto ours = co_await node_.services_of(here).channels.view(channel->id, user);
    if (!ours) co_return ours.error();
    Opened opened;
    opened.created = channel->created;
    opened.view = std::move(*ours);
    co_return opened;
}

/// The sockets of who is in a channel from its beginning enter its room.
Task<> Memberships::enter(ChannelId channel, UserId user) {
    chat::MembershipEvent event;
    event.joined = true;
    event.user.id = user;
    auto start = [&](Callback<void()> done) { sockets_.move(channel, event, {}, std::move(done)); };
    co_await internal::completion_of(std::move(start));
}

Task<Result<MembershipChange>> Memberships::join(ChannelId channel, UserId user, std::string socket_id) {
    return internal::on(node_.owner(channel).io(), join_here(channel, user, std::move(socket_id)));
}

Task<Result<MembershipChange>> Memberships::accept(ChannelId channel, UserId user, std::string code) {
    return internal::on(node_.owner(channel).io(), accept_here(channel, user, std::move(code)));
}

Task<Result<chat::Addition>> Memberships::add(ChannelId channel, UserId actor, UserId user, chat::Role role) {
    return internal::on(node_.owner(channel).io(), add_here(channel, actor, user, role));
}

Task<Result<chat::Invitation>> Memberships::invite(UserId actor, chat::NewInvite invite) {
    return internal::on(node_.owner(invite.channel).io(), invite_here(actor, invite));
}

Task<Result<std::optional<UserId>>> Memberships::withdraw(ChannelId channel, UserId actor, chat::InviteId invite) {
    return internal::on(node_.owner(channel).io(), withdraw_here(channel, actor, invite));
}

Task<Result<MembershipChange>> Memberships::remove(ChannelId channel, UserId actor, UserId user,
                                                   std::string socket_id) {
    return internal::on(node_.owner(channel).io(), remove_here(channel, actor, user, std::move(socket_id)));
}

Task<Result<MembershipChange>> Memberships::set_role(ChannelId channel, UserId actor, UserId user, chat::Role role) {
    return internal::on(node_.owner(channel).io(), set_role_here(channel, actor, user, role));
}

Task<Result<chat::ChannelView>> Memberships::update(ChannelId channel, UserId actor, chat::ChannelChange change) {
    return internal::on(node_.owner(channel).io(), update_here(channel, actor, std::move(change)));
}

Task<Result<MembershipChange>> Memberships::join_here(ChannelId channel, UserId user, std::string socket_id) {
    Services& here = node_.services_of(node_.owner(channel));
    const auto write = here.writes.enter();
    auto change = co_await here.channels.join(channel, user);
    co_await follow(channel, user, user, true, change, std::move(socket_id));
    co_return change;
}

Task<Result<MembershipChange>> Memberships::accept_here(ChannelId channel, UserId user, std::string code) {
    Services& here = node_.services_of(node_.owner(channel));
    const auto write = here.writes.enter();
    auto change = co_await here.invites.accept(channel, user, std::move(code));
    std::string nobody; // REST: every socket is told
    co_await follow(channel, user, user, true, change, std::move(nobody));
    co_return change;
}

Task<Result<chat::Addition>> Memberships::add_here(ChannelId channel, UserId actor, UserId user, chat::Role role) {
    Services& here = node_.services_of(node_.owner(channel));
    const auto write = here.writes.enter();
    auto added = co_await here.channels.add(channel, actor, user, role);
    if (added && added->invitation) {
        if (added->is_new) sockets_.invitation_added(*added->invitation);
        co_return added;
    }
    const auto change = added ? Result<MembershipChange>{added->change} : added.error();
    std::string nobody; // REST: every socket is told
    co_await follow(channel, user, actor, true, change, std::move(nobody));
    co_return added;
}

Task<Result<chat::Invitation>> Memberships::invite_here(UserId actor, chat::NewInvite invite) {
    auto made = co_await node_.services_of(node_.owner(invite.channel)).invites.create(actor, invite);
    if (made && made->is_open) sockets_.invitation_added(*made);
    co_return made;
}

Task<Result<std::optional<UserId>>> Memberships::withdraw_here(ChannelId channel, UserId actor, chat::InviteId invite) {
    auto invited = co_await node_.services_of(node_.owner(channel)).invites.withdraw(channel, actor, invite);
    if (invited && *invited) sockets_.invitation_removed(channel, {invite, **invited});
    co_return invited;
}

Task<Result<MembershipChange>> Memberships::remove_here(ChannelId channel, UserId actor, UserId user,
                                                        std::string socket_id) {
    Services& here = node_.services_of(node_.owner(channel));
    const auto write = here.writes.enter();
    auto change = co_await here.channels.remove(channel, actor, user);
    tell_withdrawn(channel, change);
    co_await follow(channel, user, actor, false, change, std::move(socket_id));
    co_return change;
}

void Memberships::tell_withdrawn(ChannelId channel, const Result<MembershipChange>& change) {
    if (!change) return;
    for (const chat::WithdrawnInvite& invite : change->withdrawn) sockets_.invitation_removed(channel, invite);
}

/// In the very handler in which the answer came.
Task<> Memberships::follow(ChannelId channel, UserId user, UserId actor, bool joined,
                           const Result<MembershipChange>& change, std::string socket_id) {
    ChannelFeed& feed = node_.services_of(node_.owner(channel)).feed;
    if (!change && change.error() == chat::Errc::unavailable) feed.suspect(channel);
    if (!change && !is_done_already(change.error(), joined, actor == user)) co_return;
    if (change && change->event_seq > feed.published(channel)) {
        chat::ChannelEvent event;
        event.event_seq = change->event_seq;
        event.what = chat::MembershipEvent{joined, change->member.user, change->at, actor};
        auto start = [&](Callback<void()> done) { feed.publish(channel, event, socket_id, std::move(done)); };
        co_await internal::completion_of(std::move(start));
        co_return;
    }
    co_await mend_here(channel, user, joined);
}

Task<> Memberships::mend(ChannelId channel, UserId user, bool is_member) {
    return internal::on(node_.owner(channel).io(), mend_here(channel, user, is_member));
}

Task<> Memberships::mend_here(ChannelId channel, UserId user, bool is_member) {
    const bool agreed = co_await sockets_.all_are(is_member, channel, user);
    if (agreed) co_return;
    runtime::Shard& owner = node_.owner(channel);
    Services& here = node_.services_of(owner);
    const auto standing = co_await here.changes.standing(channel, user);
    if (!standing) co_return; // the Reconciler looks again before long
    ++node_.measures_of(owner).rooms_mended;
    chat::MembershipEvent event;
    event.joined = standing->is_member;
    event.user.id = user;
    if (standing->is_member) here.feed.seed(channel, standing->event_seq);
    const std::string everybody;
    auto start = [&](Callback<void()> done) { sockets_.move(channel, event, everybody, std::move(done)); };
    co_await internal::completion_of(std::move(start));
    here.feed.notice(channel, standing->event_seq);
}

Task<Result<MembershipChange>> Memberships::set_role_here(ChannelId channel, UserId actor, UserId user,
                                                          chat::Role role) {
    auto change = co_await node_.services_of(node_.owner(channel)).channels.set_role(channel, actor, user, role);
    tell_withdrawn(channel, change);
    if (change) sockets_.member_updated(channel, change->member);
    co_return change;
}

Task<Result<chat::ChannelView>> Memberships::update_here(ChannelId channel, UserId actor, chat::ChannelChange change) {
    auto view = co_await node_.services_of(node_.owner(channel)).channels.update(channel, actor, std::move(change));
    if (view) sockets_.channel_updated(view->channel);
    co_return view;
}

} // namespace hubbub::gateway
