#include "chat/channels/invites.hpp"

#include <optional>
#include <utility>

namespace hubbub::chat {

Task<Result<Invitation>> Invites::create(UserId actor, NewInvite invite) {
    const auto as = co_await channels_.permit(Action::invite, invite.channel, actor);
    if (!as) co_return as.error();
    auto made = co_await store_.create_invite(invite, *as);
    co_return made;
}

Task<Result<Page<Invite>>> Invites::list(ChannelId channel, UserId actor, PageQuery query) {
    const auto as = co_await channels_.permit(Action::invite, channel, actor);
    if (!as) co_return as.error();
    auto page = co_await store_.list_invites(channel, std::move(query));
    co_return page;
}

Task<Result<std::optional<UserId>>> Invites::withdraw(ChannelId channel, UserId actor, InviteId invite) {
    const auto as = co_await channels_.permit(Action::invite, channel, actor);
    if (!as) co_return as.error();
    auto invited = co_await store_.delete_invite(channel, invite);
    co_return invited;
}

Task<Result<std::vector<Invitation>>> Invites::invitations_of(UserId user) {
    return store_.list_invitations(user);
}

Task<Result<ChannelId>> Invites::decline(UserId user, InviteId invite) {
    return store_.decline_invite(user, invite);
}

Task<Result<ChannelId>> Invites::find(std::string code) {
    return store_.find_invite(std::move(code));
}

Task<Result<MembershipChange>> Invites::accept(ChannelId channel, UserId user, std::string code) {
    std::optional<std::string> by{std::move(code)};
    return store_.join_by_invite(channel, user, std::move(by));
}

} // namespace hubbub::chat
