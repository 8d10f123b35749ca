#include "gateway/memberships.hpp"

#include "gateway/internal/completion.hpp"

#include <utility>

namespace hubbub::gateway {

using chat::MembershipChange;

Task<Result<chat::ChannelView>> Memberships::create(runtime::Shard& here, chat::NewChannel channel) {
    const UserId creator = channel.created_by;
    auto created = co_await node_.services_of(here).channels.create(std::move(channel));
    if (!created) co_return created.error();
    auto view = co_await show_new(here, created->channel.id, creator);
    co_return view;
}

Task<Result<Memberships::Opened>> Memberships::open_direct(runtime::Shard& here, UserId user, UserId other) {
    const auto channel = co_await node_.services_of(here).channels.open_direct(user, other);
    if (!channel) co_return channel.error();
    Opened opened;
    opened.created = channel->created;
    if (opened.created) {
        const auto theirs = co_await show_new(here, channel->id, other);
        if (!theirs) co_return theirs.error();
        auto ours = co_await show_new(here, channel->id, user);
        if (!ours) co_return ours.error();
        opened.view = std::move(*ours);
        co_return opened;
    }
    co_await sockets_.admit_creator(channel->id, user); // the other one may have made it at this very moment
    auto ours = co_await node_.services_of(here).channels.view(channel->id, user);
    if (!ours) co_return ours.error();
    opened.view = std::move(*ours);
    co_return opened;
}

/// The user's sockets enter the room of a channel that he is in from its beginning.
Task<Result<chat::ChannelView>> Memberships::show_new(runtime::Shard& here, ChannelId channel, UserId user) {
    co_await sockets_.admit_creator(channel, user);
    // Read now: whoever found the new channel at once may have written to it before the sockets were in its room.
    auto view = co_await node_.services_of(here).channels.view(channel, user);
    if (!view) co_return view.error();
    if (view->state) sockets_.channel_added(user, *view->state);
    co_return view;
}

Task<Result<MembershipChange>> Memberships::join(ChannelId channel, UserId user, std::string socket_id) {
    return internal::on(node_.owner(channel).io(), join_here(channel, user, std::move(socket_id)));
}

Task<Result<MembershipChange>> Memberships::accept(ChannelId channel, UserId user, std::string code) {
    return internal::on(node_.owner(channel).io(), accept_here(channel, user, std::move(code)));
}

Task<Result<MembershipChange>> Memberships::add(ChannelId channel, UserId actor, UserId user, chat::Role role) {
    return internal::on(node_.owner(channel).io(), add_here(channel, actor, user, role));
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
    if (!change) co_return change.error();
    if (change->event_seq != 0) co_await bring_in(channel, *change, std::move(socket_id));
    co_return change;
}

Task<Result<MembershipChange>> Memberships::accept_here(ChannelId channel, UserId user, std::string code) {
    Services& here = node_.services_of(node_.owner(channel));
    const auto write = here.writes.enter();
    auto change = co_await here.invites.accept(channel, user, std::move(code));
    if (!change) co_return change.error();
    std::string nobody; // REST: every socket is told
    if (change->event_seq != 0) co_await bring_in(channel, *change, std::move(nobody));
    co_return change;
}

Task<Result<MembershipChange>> Memberships::add_here(ChannelId channel, UserId actor, UserId user, chat::Role role) {
    Services& here = node_.services_of(node_.owner(channel));
    const auto write = here.writes.enter();
    auto change = co_await here.channels.add(channel, actor, user, role);
    if (!change) co_return change.error();
    std::string nobody; // REST: every socket is told
    if (change->event_seq != 0) co_await bring_in(channel, *change, std::move(nobody));
    co_return change;
}

Task<> Memberships::bring_in(ChannelId channel, MembershipChange change, std::string socket_id) {
    chat::Channels& channels = node_.services_of(node_.owner(channel)).channels;
    const UserId user = change.member.user.id;
    co_await sockets_.admit(channel, std::move(change));
    const auto view = co_await channels.view(channel, user);
    if (view && view->state) sockets_.channel_added(user, *view->state, socket_id);
}

Task<Result<MembershipChange>> Memberships::remove_here(ChannelId channel, UserId actor, UserId user,
                                                        std::string socket_id) {
    Services& here = node_.services_of(node_.owner(channel));
    const auto write = here.writes.enter();
    auto change = co_await here.channels.remove(channel, actor, user);
    if (!change) co_return change.error();
    co_await sockets_.expel(channel, *change);
    sockets_.channel_removed(user, channel, actor == user ? "left" : "removed", socket_id);
    co_return change;
}

Task<Result<MembershipChange>> Memberships::set_role_here(ChannelId channel, UserId actor, UserId user,
                                                          chat::Role role) {
    auto change = co_await node_.services_of(node_.owner(channel)).channels.set_role(channel, actor, user, role);
    if (change) sockets_.member_updated(channel, change->member);
    co_return change;
}

Task<Result<chat::ChannelView>> Memberships::update_here(ChannelId channel, UserId actor, chat::ChannelChange change) {
    auto view = co_await node_.services_of(node_.owner(channel)).channels.update(channel, actor, std::move(change));
    if (view) sockets_.channel_updated(view->channel);
    co_return view;
}

} // namespace hubbub::gateway
