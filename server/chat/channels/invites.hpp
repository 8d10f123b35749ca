#pragma once
#include "chat/channels/channels.hpp"
#include "chat/channels/invite_store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hubbub::chat {

/// Invitations into private channels: who may make, see, withdraw, accept and decline them.
/// `create` and `withdraw` run on the channel's owner shard.
class Invites {
  public:
    Invites(InviteStore& store, Channels& channels) : store_{store}, channels_{channels} {}

    /// Errors: as `Channels::permit`, and those of the store.
    Task<Result<Invitation>> create(UserId actor, NewInvite invite);
    Task<Result<Page<Invite>>> list(ChannelId channel, UserId actor, PageQuery query);
    /// Whom it was for, if for one user.
    Task<Result<std::optional<UserId>>> withdraw(ChannelId channel, UserId actor, InviteId invite);

    /// What the user may accept or decline.
    Task<Result<std::vector<Invitation>>> invitations_of(UserId user);
    /// Into which channel it was. Errors: `invite_not_found`.
    Task<Result<ChannelId>> decline(UserId user, InviteId invite);

    /// Into which channel a code leads. Errors: `invite_not_found`.
    Task<Result<ChannelId>> find(std::string code);
    /// On the channel's owner shard. Errors: `invite_not_found`, `channel_archived`.
    Task<Result<MembershipChange>> accept(ChannelId channel, UserId user, std::string code);

  private:
    InviteStore& store_;
    Channels& channels_;
};

} // namespace hubbub::chat
