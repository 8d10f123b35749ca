#include "gateway/memberships.hpp"

#include "gateway/internal/completion.hpp"

#include <utility>

namespace hubbub::gateway {

using chat::MembershipChange;

Task<Result<chat::ChannelView>> Memberships::create(runtime::Shard& here, chat::NewChannel channel) {
    chat::Channels& channels = node_.services_of(here).channels;
    const UserId creator = channel.created_by;
    auto created = co_await channels.create(std::move(channel));
    if (!created) co_return created.error();
    const ChannelId id = created->channel.id;
    co_await sockets_.admit_creator(id, creator);
    // Read again: whoever found the new channel at once may have written to it before the sockets were in its room.
    auto view = co_await channels.view(id, creator);
    if (!view) co_return view.error();
    if (view->state) sockets_.channel_added(creator, *view->state);
    co_return view;
}

Task<Result<MembershipChange>> Memberships::join(ChannelId channel, UserId user, std::string socket_id) {
    return internal::on(node_.owner(channel).io(), join_here(channel, user, std::move(socket_id)));
}

Task<Result<MembershipChange>> Memberships::add(ChannelId channel, UserId actor, UserId user, chat::Role role) {
    return internal::on(node_.owner(channel).io(), add_here(channel, actor, user, role));
}

Task<Result<MembershipChange>> Memberships::remove(ChannelId channel, UserId actor, UserId user,
                                                   std::string socket_id) {
    return internal::on(node_.owner(channel).io(), remove_here(channel, actor, user, std::move(socket_id)));
}

Task<Result<MembershipChange>> Memberships::join_here(ChannelId channel, UserId user, std::string socket_id) {
    Services& here = node_.services_of(node_.owner(channel));
    const auto write = here.writes.enter();
    auto change = co_await here.channels.join(channel, user);
    if (!change) co_return change.error();
    if (change->event_seq != 0) co_await bring_in(channel, *change, std::move(socket_id));
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

} // namespace hubbub::gateway
