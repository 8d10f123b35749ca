#pragma once
#include "base/ids.hpp"
#include "base/task.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace hubbub::chat {

/// How far somebody has come in a channel: a message of it. `seq` 0: not at all.
struct Mark {
    MessageId message;
    std::int64_t seq = 0;
};

inline Mark later(Mark a, Mark b) {
    return b.seq > a.seq ? b : a;
}

/// What one member has got and has read. Read is delivered too.
struct Marks {
    Mark read;
    Mark delivered;
};

inline Marks later(const Marks& a, const Marks& b) {
    return {later(a.read, b.read), later(a.delivered, b.delivered)};
}

/// Those of one user that are not in the store yet, by channel.
using PendingOfUser = std::vector<std::pair<ChannelId, Marks>>;

/// Where the marks are that are not in the store yet.
class MarkSource {
  public:
    virtual ~MarkSource() = default;
    virtual Task<PendingOfUser> pending(UserId user) = 0;
};

} // namespace hubbub::chat
