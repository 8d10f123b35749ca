#pragma once
#include "chat/channels/store.hpp"
#include "gateway/node.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hubbub::gateway {

/// What a change of membership or of a session means for sockets that are connected, or are just being connected.
///
/// Order is everything here. A change runs on the channel's owner shard, in the very handler in which its commit became
/// known: what that shard asks the adapter for is carried out in that order on every shard, so the rooms change exactly
/// between the broadcasts before and after it.
class LiveSockets {
  public:
    explicit LiveSockets(Node& node);

    /// A socket from before its session is checked until its channels' rooms are joined. What is read from the database
    /// in that time may be out of date when it is used; a watch tells.
    class Watch {
      public:
        Watch(LiveSockets& sockets, const runtime::Shard& shard, UserId user, SessionId session);
        ~Watch();
        Watch(const Watch&) = delete;

        bool revoked() const { return revoked_; }
        /// Whether the user's memberships changed since the last call.
        bool take_changed() { return std::exchange(changed_, false); }

      private:
        friend class LiveSockets;
        LiveSockets& sockets_;
        const std::size_t shard_;
        const UserId user_;
        const SessionId session_;
        bool revoked_ = false;
        bool changed_ = false;
    };

    /// The user came in: his sockets enter the room, then the channel hears of it. Done when all have entered.
    Task<> admit(ChannelId channel, chat::MembershipChange change);
    /// The sockets of who is in a channel from its beginning enter its room. Done when all have.
    Task<> admit_creator(ChannelId channel, UserId user);
    /// The user went out: his sockets leave the room, then the channel hears of it. After it, nothing of the channel
    /// reaches them any more (contract, promise 7).
    Task<> expel(ChannelId channel, chat::MembershipChange change);

    /// Tells the user's sockets, but `except`, that a channel has come to their list or gone from it.
    void channel_added(UserId user, const chat::ChannelState& state, std::string_view except = {});
    void channel_removed(UserId user, ChannelId channel, std::string_view reason, std::string_view except = {});

    /// Tell the channel's room, from its owner shard.
    void channel_updated(const chat::Channel& channel);
    void member_updated(ChannelId channel, const chat::Member& member);

    /// How far somebody has read a channel.
    struct Head {
        ChannelId channel;
        std::int64_t event_seq;
    };
    /// Done when every event that was committed before the call has reached the sockets of its room. An answer that was
    /// read from the database before then stands in one line with the live events: none that it holds comes after it.
    /// Returns whether an event later than one of `heads` has been broadcast already.
    Task<bool> settle(std::vector<Head> heads);

    /// The session is revoked: its sockets are told and closed. Done when all are.
    Task<> end_session(UserId user, SessionId session);

  private:
    using Watches = std::unordered_multimap<UserId, Watch*>;
    ChannelFeed& feed(ChannelId channel) { return node_.services_of(node_.owner(channel)).feed; }
    template <class Note> void note(UserId user, Note note);

    Node& node_;
    std::vector<Watches> watches_; // by shard
};

/// The object of `disconnected`, which precedes every close that the server decides.
std::string disconnected_event(ErrorName why, std::optional<std::chrono::milliseconds> reconnect_after = {});

} // namespace hubbub::gateway
