#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hubbub::chat {

/// What the database says of things whose live side a server keeps: rooms, sockets, broadcasts. It may have changed
/// without this server's doing (an operator's command), or without its knowing (the answer was lost).
/// Every function may also fail with `Errc::unavailable`.
class ChangeStore {
  public:
    virtual ~ChangeStore() = default;

    /// The database's clock, which the times below are of.
    virtual Task<Result<Timestamp>> clock() = 0;

    /// Whether somebody is in a channel.
    struct Membership {
        ChannelId channel;
        UserId user;
        bool is_member = false;
        Timestamp changed_at;
    };
    /// The next that changed after `after`, of which only the order (time, channel, user) counts, at most `limit`.
    virtual Task<Result<std::vector<Membership>>> changed_memberships(Membership after, std::size_t limit) = 0;

    struct EndedSession {
        SessionId session;
        UserId user;
        Timestamp ended_at;
    };
    /// The same of sessions that were revoked, by (time, session).
    virtual Task<Result<std::vector<EndedSession>>> ended_sessions(EndedSession after, std::size_t limit) = 0;
    /// Those of `sessions` that are revoked.
    virtual Task<Result<std::vector<SessionId>>> ended_of(UserId user, std::vector<SessionId> sessions) = 0;

    struct Head {
        ChannelId channel;
        std::int64_t event_seq = 0;
    };
    /// Where the channels stand, but those that do not exist.
    virtual Task<Result<std::vector<Head>>> heads(std::vector<ChannelId> channels) = 0;
    /// The same of all channels that the user is in.
    virtual Task<Result<std::vector<Head>>> heads_of(UserId user) = 0;

    struct Standing {
        bool is_member = false;
        std::int64_t event_seq = 0; ///< of the channel
    };
    /// On the channel's owner shard, in line with the writes to the channel: after the answers of those asked for
    /// before, and before those asked for afterwards. Nobody is in a channel that does not exist.
    virtual Task<Result<Standing>> standing(ChannelId channel, UserId user) = 0;
};

} // namespace hubbub::chat
