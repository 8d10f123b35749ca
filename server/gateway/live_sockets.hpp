#pragma once
#include "chat/channels/invite_store.hpp"
#include "chat/channels/store.hpp"
#include "chat/messages/store.hpp"
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

    /// A time in which something is read from the database for a user: for a socket, from before its session is checked
    /// until its channels' rooms are joined; for a REST request, until its answer. What was read may be out of date
    /// when it is used; a watch tells, before the change of a membership is acknowledged.
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

    /// The sockets of whoever came in enter the channel's room, those of whoever went out leave it: then nothing of the
    /// channel reaches them any more (contract, promise 7). Those for which that is a change are told, but `asker`.
    /// Done when all have entered or left. On the channel's owner shard, unless the membership cannot end.
    void move(ChannelId channel, const chat::MembershipEvent& event, const std::string& asker, Callback<void()> done);
    /// Whether the user's sockets are all connected, and all in the channel's room or all out of it. Those that are
    /// just being connected read their channels again.
    Task<bool> all_are(bool in, ChannelId channel, UserId user);

    /// Tell the channel's room, from its owner shard.
    void channel_updated(const chat::Channel& channel);
    void member_updated(ChannelId channel, const chat::Member& member);
    /// Tell whoever is invited, on all of their sockets. From the channel's owner shard, or told in any order.
    void invitation_added(const chat::Invitation& invitation);
    void invitation_removed(ChannelId channel, const chat::WithdrawnInvite& invite);

    /// How far somebody has read a channel.
    struct Head {
        ChannelId channel;
        std::int64_t event_seq;
    };
    /// Done when every event that was committed before the call has reached the sockets of its room. An answer that was
    /// read from the database before then stands in one line with the live events: none that it holds comes after it.
    /// Returns whether an event later than one of `heads` has been broadcast already, or it took too long to know.
    /// From now on no gap after one of `heads` goes unseen.
    Task<bool> settle(std::vector<Head> heads);

    /// The session is revoked: its sockets are told and closed. Done when all are.
    Task<> end_session(UserId user, SessionId session);
    /// The same of each session that has ended, of which the user has sockets: whoever ended it.
    Task<> end_revoked(runtime::Shard& here, UserId user);

  private:
    using Watches = std::unordered_multimap<UserId, Watch*>;
    template <class Note> void note(UserId user, Note note);
    void bring_in(ChannelId channel, UserId user, const std::string& asker, Callback<void()> done);
    Task<> tell_added(ChannelId channel, UserId user, std::vector<std::string> sockets);

    Node& node_;
    std::vector<Watches> watches_; // by shard
};

bool is_in(const socketio::Socket& socket, const std::string& room);

/// The object of `disconnected`, which precedes every close that the server decides.
std::string disconnected_event(ErrorName why, std::optional<std::chrono::milliseconds> reconnect_after = {});

} // namespace hubbub::gateway
