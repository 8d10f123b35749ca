#pragma once
#include "chat/channels/channels.hpp"
#include "chat/channels/invite_store.hpp"

#include <string>

namespace hubbub::chat {

/// Invitations into private channels: who may make, see, withdraw and accept them.
class Invites {
  public:
    Invites(InviteStore& store, Channels& channels) : store_{store}, channels_{channels} {}

    /// Errors: as `Channels::permit`, and those of the store.
    Task<Result<Invite>> create(UserId actor, NewInvite invite);
    Task<Result<Page<Invite>>> list(ChannelId channel, UserId actor, PageQuery query);
    Task<Result<void>> withdraw(ChannelId channel, UserId actor, InviteId invite);

    /// Into which channel a code leads. Errors: `invite_not_found`.
    Task<Result<ChannelId>> find(std::string code);
    /// On the channel's owner shard. Errors: `invite_not_found`, `channel_archived`.
    Task<Result<MembershipChange>> accept(ChannelId channel, UserId user, std::string code);

  private:
    InviteStore& store_;
    Channels& channels_;
};

} // namespace hubbub::chat
