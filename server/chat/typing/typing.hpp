#pragma once
#include "base/ids.hpp"
#include "base/limits.hpp"

#include <chrono>
#include <vector>

namespace hubbub::chat {

/// Where one client is typing, and how often others hear of it. A few channels at a time, so a short list.
class Typing {
  public:
    using Clock = std::chrono::steady_clock;

    /// Clients repeat the start while somebody types; others need it only before their own mark expires.
    static constexpr std::chrono::milliseconds kRepeatMin = std::chrono::milliseconds{limits::kTypingExpiry} / 3;
    static constexpr std::size_t kChannelsMax = 8;

    /// Whether the others are to be told now.
    bool start(ChannelId channel, Clock::time_point now);
    /// Whether the others still believe that this client is typing.
    bool stop(ChannelId channel, Clock::time_point now);
    /// Where the others still believe it; nothing is left.
    std::vector<ChannelId> stop_all(Clock::time_point now);

  private:
    struct Mark {
        ChannelId channel;
        Clock::time_point told;
    };
    void forget_expired(Clock::time_point now);

    std::vector<Mark> marks_;
};

} // namespace hubbub::chat
