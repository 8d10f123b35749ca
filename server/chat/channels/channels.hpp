#pragma once
#include "chat/channels/invite_store.hpp"
#include "chat/channels/marks.hpp"
#include "chat/channels/rules.hpp"
#include "chat/channels/store.hpp"

namespace hubbub::chat {

/// Who may see, enter, leave and change channels. A channel that the asker may not see is `channel_not_found`, whatever
/// was asked, so that an answer never tells that it exists.
/// Functions that write run on the channel's owner shard.
class Channels {
  public:
    Channels(ChannelStore& store, InviteStore& invites, MarkSource& marks)
        : store_{store}, invites_{invites}, marks_{marks} {}

    Task<Result<ChannelView>> create(NewChannel channel);
    /// The direct channel of two people, made if they have none. Errors: `user_not_found`.
    Task<Result<DirectChannel>> open_direct(UserId user, UserId other);
    /// Public channels and one's own.
    Task<Result<ChannelView>> view(ChannelId channel, UserId viewer);
    /// For the moment of connecting: the newest ones, and a cursor of `list` if there are more.
    Task<Result<Page<ChannelState>>> newest(UserId user);
    /// All of the user's channels.
    Task<Result<Page<ChannelState>>> list(UserId user, PageQuery query);
    Task<Result<Page<BrowsedChannel>>> browse(UserId viewer, std::string text, PageQuery query);
    Task<Result<Page<Member>>> members(ChannelId channel, UserId viewer, PageQuery query);

    /// The user's membership. Errors: `not_a_member` of a public channel, `channel_not_found` otherwise.
    Task<Result<Member>> membership(ChannelId channel, UserId user);

    /// Makes the user a member of a public channel; of a private one they are one already, or invited.
    /// `event_seq` is 0 when they were. Errors: `channel_not_found`, `channel_archived`.
    Task<Result<MembershipChange>> join(ChannelId channel, UserId user);
    /// Errors: as `membership`, `role_forbidden` (a direct one), `last_owner`.
    Task<Result<MembershipChange>> leave(ChannelId channel, UserId user);
    /// A stranger is invited into a private channel, as a member. Errors: as `membership`, `role_forbidden`,
    /// `user_not_found`, `channel_archived`, `too_many_invites`, `too_many_invitations`.
    Task<Result<Addition>> add(ChannelId channel, UserId actor, UserId user, Role role);
    /// `user` may be the actor. Errors: as `membership`, `role_forbidden`, `user_not_found` (not a member),
    /// `last_owner`.
    Task<Result<MembershipChange>> remove(ChannelId channel, UserId actor, UserId user);
    /// Everybody may step down. `event_seq` is 0. Errors: as `remove`.
    Task<Result<MembershipChange>> set_role(ChannelId channel, UserId actor, UserId user, Role role);
    /// Errors: as `membership`, `role_forbidden`, `channel_archived`, `channel_name_taken`.
    Task<Result<ChannelView>> update(ChannelId channel, UserId actor, ChannelChange change);

    /// Until when the user wants no notifications; empty: they are wanted. Errors: as `membership`.
    Task<Result<ChannelView>> mute(ChannelId channel, UserId user, std::optional<Timestamp> until);

    /// The actor with their role, if the matrix lets them. Errors: as `membership`, `role_forbidden`.
    Task<Result<Actor>> permit(Action action, ChannelId channel, UserId actor);

  private:
    Task<Result<Actor>> permit_on(Action action, ChannelId channel, UserId actor, UserId user);

    ChannelStore& store_;
    InviteStore& invites_;
    MarkSource& marks_;
};

} // namespace hubbub::chat
