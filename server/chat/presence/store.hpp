#pragma once
#include "base/callback.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hubbub::chat {

enum class Status { offline, away, online, dnd };

/// A user as others see them.
struct Presence {
    UserId user;
    Status status = Status::offline;
    std::string text;                      ///< empty when offline
    std::optional<Timestamp> last_seen_at; ///< when offline, if ever seen
};

/// What is to be noted of a user: only what is set.
struct PresenceWrite {
    UserId user;
    std::optional<bool> hidden; ///< appears offline
    std::optional<bool> dnd;
    std::optional<std::string> text;
};

/// What is noted of a user, and where to tell it.
struct PresenceNote {
    UserId user;
    bool hidden = false;
    bool dnd = false;
    std::string text;
    std::optional<Timestamp> last_seen_at;
    std::vector<std::string> channels; ///< the ids of their channels, in decimal
};

/// A user whom another one may see, and when they were last seen.
struct LastSeen {
    UserId user;
    std::optional<Timestamp> at;
};

/// Where presence is kept beyond connections. Every function may also fail with `Errc::unavailable`.
class PresenceStore {
  public:
    virtual ~PresenceStore() = default;
    /// Notes that the users were seen `at`, if they do not appear offline, and what is set. Answers for each of them.
    virtual void write_presence(const std::vector<PresenceWrite>& writes, Timestamp at,
                                Callback<void(Result<std::vector<PresenceNote>>)> done) = 0;
    /// Those of `users` who are the viewer or in a channel with them.
    virtual Task<Result<std::vector<LastSeen>>> find_presence(UserId viewer, std::vector<UserId> users) = 0;
    /// The channel's members, at most limits::kPresenceMembersMax, in order of their ids.
    virtual Task<Result<std::vector<LastSeen>>> find_presence_of_members(ChannelId channel) = 0;
};

} // namespace hubbub::chat
