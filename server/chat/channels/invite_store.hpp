#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "chat/channels/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hubbub::chat {

/// Lets whoever has its code into a private channel, or only one user.
struct Invite {
    InviteId id;
    ChannelId channel;
    std::string code;
    std::optional<UserId> user;
    UserId created_by;
    Timestamp created_at;
    Timestamp expires_at;
    std::int64_t max_uses = 0;
    std::int64_t uses = 0;
};

/// An invite as the one invited sees it.
struct Invitation {
    Invite invite;
    std::string channel_name;
    std::string topic;
    PublicUser invited_by;
    bool is_open = false; ///< it lets them in now: the channel is not archived, and they are not there already
};

/// What came of adding somebody.
struct Addition {
    std::optional<Invitation> invitation; ///< they are a stranger, and no member yet
    MembershipChange change;              ///< otherwise
    bool is_new = false;                  ///< false: they had been added, or invited, already
};

struct NewInvite {
    ChannelId channel;
    std::optional<UserId> user;
    Timestamp expires_at;
    std::int64_t max_uses = 1;
};

/// Where invitations are kept. Every function may also fail with `Errc::unavailable`.
class InviteStore {
  public:
    virtual ~InviteStore() = default;
    /// Errors: `role_forbidden`, `user_not_found`, `channel_archived`, `too_many_invites`, `too_many_invitations`.
    virtual Task<Result<Invitation>> create_invite(NewInvite invite, Actor actor) = 0;
    /// As `ChannelStore::add_member`; but a private channel's `invite` is made, if there is none yet, for a user who
    /// does not know the actor: has not written to them in their direct channel, and is in no private channel with
    /// them.
    virtual Task<Result<Addition>> add_or_invite(NewInvite invite, Role role, Actor actor) = 0;
    /// Those that still let somebody in.
    virtual Task<Result<Page<Invite>>> list_invites(ChannelId channel, PageQuery query) = 0;
    /// The open ones for the user, the newest first, at most `kInvitationsMax`.
    virtual Task<Result<std::vector<Invitation>>> list_invitations(UserId user) = 0;
    /// Whom it was for, if for one user. Errors: `invite_not_found`.
    virtual Task<Result<std::optional<UserId>>> delete_invite(ChannelId channel, InviteId invite) = 0;
    /// The same of one that is good and for this very user: into which channel it was.
    virtual Task<Result<ChannelId>> decline_invite(UserId user, InviteId invite) = 0;
    /// Whose code it is, whether it is still good or not. Errors: `invite_not_found`.
    virtual Task<Result<ChannelId>> find_invite(std::string code) = 0;
    /// As `ChannelStore::add_member`, by the code or, without one, by an invitation for this very user.
    /// Errors: `invite_not_found`, `channel_archived`.
    virtual Task<Result<MembershipChange>> join_by_invite(ChannelId channel, UserId user,
                                                          std::optional<std::string> code) = 0;
};

} // namespace hubbub::chat
