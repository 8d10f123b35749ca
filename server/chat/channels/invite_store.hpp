#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "chat/channels/store.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace hubbub::chat {

using InviteId = Id<struct InviteTag>;

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
    /// Errors: `role_forbidden`, `user_not_found`, `channel_archived`, `too_many_invites`.
    virtual Task<Result<Invite>> create_invite(NewInvite invite, Actor actor) = 0;
    /// Those that still let somebody in.
    virtual Task<Result<Page<Invite>>> list_invites(ChannelId channel, PageQuery query) = 0;
    /// Errors: `invite_not_found`.
    virtual Task<Result<void>> delete_invite(ChannelId channel, InviteId invite) = 0;
    /// Whose code it is, whether it is still good or not. Errors: `invite_not_found`.
    virtual Task<Result<ChannelId>> find_invite(std::string code) = 0;
    /// As `ChannelStore::add_member`, by the code or, without one, by an invitation for this very user.
    /// Errors: `invite_not_found`, `channel_archived`.
    virtual Task<Result<MembershipChange>> join_by_invite(ChannelId channel, UserId user,
                                                          std::optional<std::string> code) = 0;
};

} // namespace hubbub::chat
