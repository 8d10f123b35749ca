#pragma once
#include "gateway/live_sockets.hpp"
#include "gateway/node.hpp"

#include <optional>
#include <string>

namespace hubbub::gateway {

/// Commands that change who is in a channel, or is invited: the rule and the commit on the channel's owner shard, then
/// the rooms, then what people are told. May be awaited on any shard. `socket_id` is the socket that asked, if one did:
/// it learns the result from its ack and is not told again.
///
/// Rooms follow what the database says, not what a request has changed: they are right too when the change was made by
/// an earlier request whose answer was lost.
class Memberships {
  public:
    Memberships(Node& node, LiveSockets& sockets) : node_{node}, sockets_{sockets} {}

    /// Done when the creator's sockets are in the room; the view was read after that.
    Task<Result<chat::ChannelView>> create(runtime::Shard& here, chat::NewChannel channel);
    struct Opened {
        chat::ChannelView view;
        bool created = false;
    };
    /// The direct channel of the two. Done when the sockets of both are in the room; the view is the user's.
    Task<Result<Opened>> open_direct(runtime::Shard& here, UserId user, UserId other);
    /// Done when the user's sockets are in the room: what is read afterwards misses no event.
    Task<Result<chat::MembershipChange>> join(ChannelId channel, UserId user, std::string socket_id);
    /// The same by an invitation's code.
    Task<Result<chat::MembershipChange>> accept(ChannelId channel, UserId user, std::string code);
    /// Or invites them, and tells them of it.
    Task<Result<chat::Addition>> add(ChannelId channel, UserId actor, UserId user, chat::Role role);
    Task<Result<chat::Invitation>> invite(UserId actor, chat::NewInvite invite);
    Task<Result<std::optional<UserId>>> withdraw(ChannelId channel, UserId actor, chat::InviteId invite);
    /// Done when nothing of the channel reaches the user's sockets any more. `actor` may be `user`.
    Task<Result<chat::MembershipChange>> remove(ChannelId channel, UserId actor, UserId user, std::string socket_id);
    Task<Result<chat::MembershipChange>> set_role(ChannelId channel, UserId actor, UserId user, chat::Role role);
    /// The view is the actor's.
    Task<Result<chat::ChannelView>> update(ChannelId channel, UserId actor, chat::ChannelChange change);

    /// Where a room is not as `is_member` has it, looks at the database again and makes it so.
    Task<> mend(ChannelId channel, UserId user, bool is_member);

  private:
    Task<Result<chat::MembershipChange>> join_here(ChannelId channel, UserId user, std::string socket_id);
    Task<Result<chat::MembershipChange>> accept_here(ChannelId channel, UserId user, std::string code);
    Task<Result<chat::Addition>> add_here(ChannelId channel, UserId actor, UserId user, chat::Role role);
    Task<Result<chat::Invitation>> invite_here(UserId actor, chat::NewInvite invite);
    Task<Result<std::optional<UserId>>> withdraw_here(ChannelId channel, UserId actor, chat::InviteId invite);
    Task<Result<chat::MembershipChange>> remove_here(ChannelId channel, UserId actor, UserId user,
                                                     std::string socket_id);
    Task<Result<chat::MembershipChange>> set_role_here(ChannelId channel, UserId actor, UserId user, chat::Role role);
    Task<Result<chat::ChannelView>> update_here(ChannelId channel, UserId actor, chat::ChannelChange change);
    Task<> enter(ChannelId channel, UserId user);
    Task<> follow(ChannelId channel, UserId user, UserId actor, bool joined,
                  const Result<chat::MembershipChange>& change, std::string socket_id);
    void tell_withdrawn(ChannelId channel, const Result<chat::MembershipChange>& change);
    Task<> mend_here(ChannelId channel, UserId user, bool is_member);

    Node& node_;
    LiveSockets& sockets_;
};

} // namespace hubbub::gateway
