#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "chat/accounts/store.hpp"
#include "chat/channels/marks.hpp"
#include "chat/page.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hubbub::chat {

enum class ChannelType { public_channel, private_channel, direct };
enum class Role { member, admin, owner };

struct Channel {
    ChannelId id;
    ChannelType type;
    std::string name;
    std::string topic;
    UserId created_by;
    Timestamp created_at;
    std::optional<Timestamp> archived_at;
    std::optional<MessageId> last_message_id;
    std::optional<Timestamp> last_message_at;
    std::int64_t member_count = 0;
};

/// A channel as one of its members sees it (contract, "Connecting").
struct ChannelState {
    ChannelId id;
    std::string name; ///< of a direct one: the other's display name
    ChannelType type;
    Role role;
    std::optional<MessageId> last_message_id;
    std::int64_t last_seq = 0;
    std::int64_t last_event_seq = 0;
    std::optional<MessageId> last_read_message_id;
    std::int64_t last_read_seq = 0;
    std::int64_t unread_count = 0;
    std::int64_t mention_count = 0;
    std::optional<Timestamp> archived_at;
    std::optional<Timestamp> muted_until;
    std::optional<PublicUser> peer; ///< of a direct channel: the other one
};

struct ChannelView {
    Channel channel;
    std::optional<ChannelState> state; ///< empty when the viewer is not a member
};

struct BrowsedChannel {
    Channel channel;
    bool is_member;
};

struct Member {
    PublicUser user;
    Role role;
    Timestamp joined_at;
};

struct NewChannel {
    std::string name;
    std::string topic;
    ChannelType type;
    UserId created_by;
};

/// What to change in a channel: what is given.
struct ChannelChange {
    std::optional<std::string> name;
    std::optional<std::string> topic;
    std::optional<bool> archived;
};

/// Who does it. `role`: what they were when the rule was checked; if they are not any more, the change is refused
/// (`role_forbidden`). Empty: no rule asks for it.
struct Actor {
    Actor(UserId who, std::optional<Role> as = {}, std::optional<Role> other = {})
        : user{who}, role{as}, others_role{other} {}
    UserId user;
    std::optional<Role> role;
    std::optional<Role> others_role; ///< the same of the person it is done to
};

/// The channel of a pair, and whether it was made just now.
struct DirectChannel {
    ChannelId id;
    bool created = false;
};

using InviteId = Id<struct InviteTag>;

/// An invitation that is good no longer, and whom it was for.
struct WithdrawnInvite {
    InviteId id;
    UserId invited;
};

/// A change of membership that took the channel's next eventSeq; `event_seq` is 0 if nothing changed.
struct MembershipChange {
    Member member;
    std::int64_t event_seq = 0;
    Timestamp at;
    std::vector<WithdrawnInvite> withdrawn; ///< by the member, who may invite no longer, or for them
};

/// Where channels and memberships are kept. Every function may also fail with `Errc::unavailable`.
/// Writes of one channel are made on the channel's owner shard; their results come in commit order.
class ChannelStore {
  public:
    virtual ~ChannelStore() = default;
    /// Makes the creator its owner. Errors: `channel_name_taken` (public names are unique ignoring case).
    virtual Task<Result<ChannelView>> create_channel(NewChannel channel) = 0;
    // `pending`: marks of the user that are newer than the store's; their mentions are counted from there.
    /// Errors: `channel_not_found`. Visibility is the caller's rule.
    virtual Task<Result<ChannelView>> find_channel(ChannelId channel, UserId viewer, PendingOfUser pending = {}) = 0;
    /// Those of the user's channels where something was written last, or that they came into last, by id. If there are
    /// more than `limit`, the cursor leads to the beginning of `list_channels`, which has them all.
    virtual Task<Result<Page<ChannelState>>> newest_channels(UserId user, std::size_t limit,
                                                             PendingOfUser pending = {}) = 0;
    /// By id: whatever is written meanwhile, each is on one of the pages.
    virtual Task<Result<Page<ChannelState>>> list_channels(UserId user, PageQuery query,
                                                           PendingOfUser pending = {}) = 0;
    /// Public, not archived, name containing `text` (empty: all), by name.
    virtual Task<Result<Page<BrowsedChannel>>> browse_channels(UserId viewer, std::string text, PageQuery query) = 0;
    virtual Task<Result<Page<Member>>> list_members(ChannelId channel, PageQuery query) = 0;
    /// Errors: `not_a_member`.
    virtual Task<Result<Member>> find_member(ChannelId channel, UserId user) = 0;
    /// Adds (or brings back) a member and logs `user_joined`; no change if there already. The first one of an empty
    /// channel becomes its owner. Errors: `channel_not_found`, `channel_archived`, `user_not_found`, `role_forbidden`.
    virtual Task<Result<MembershipChange>> add_member(ChannelId channel, UserId user, Role role, Actor actor) = 0;
    /// Sets leftAt and logs `user_left`; withdraws the invitations by and for who is removed by another.
    /// Errors: `not_a_member`, `role_forbidden`, `last_owner` (others are there), `channel_archived` (not for oneself).
    virtual Task<Result<MembershipChange>> remove_member(ChannelId channel, UserId user, Actor actor) = 0;
    /// `event_seq` is 0; withdraws the invitations by who is a `member` now.
    /// Errors: `not_a_member`, `role_forbidden`, `last_owner`, `channel_archived`.
    virtual Task<Result<MembershipChange>> set_role(ChannelId channel, UserId user, Role role, Actor actor) = 0;
    /// Answers in commit order, as the actor sees it. Errors: `role_forbidden`, `channel_archived`,
    /// `channel_name_taken`.
    virtual Task<Result<ChannelView>> update_channel(ChannelId channel, Actor actor, ChannelChange change) = 0;
    /// Does nothing for who is not a member.
    virtual Task<Result<void>> set_muted(ChannelId channel, UserId user, std::optional<Timestamp> until) = 0;
    /// The one direct channel of the two, made if they have none. Errors: `user_not_found`.
    virtual Task<Result<DirectChannel>> open_direct(UserId user, UserId other) = 0;
};

} // namespace hubbub::chat
