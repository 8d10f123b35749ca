#include "chat/typing/typing.hpp"

#include <algorithm>

namespace hubbub::chat {

bool Typing::start(ChannelId channel, Clock::time_point now) {
    forget_expired(now);
    const auto mark = std::ranges::find(marks_, channel, &Mark::channel);
    if (mark != marks_.end()) {
        if (now - mark->told < kRepeatMin) return false;
        mark->told = now;
        return true;
    }
    if (marks_.size() == kChannelsMax) return false;
    marks_.push_back({channel, now});
    return true;
}

bool Typing::stop(ChannelId channel, Clock::time_point now) {
    forget_expired(now);
    return std::erase_if(marks_, [&](const Mark& mark) { return mark.channel == channel; }) > 0;
}

std::vector<ChannelId> Typing::stop_all(Clock::time_point now) {
    forget_expired(now);
    std::vector<ChannelId> channels;
    for (const Mark& mark : marks_) channels.push_back(mark.channel);
    marks_.clear();
    return channels;
}

void Typing::forget_expired(Clock::time_point now) {
    std::erase_if(marks_, [&](const Mark& mark) { return now - mark.told >= limits::kTypingExpiry; });
}

} // namespace hubbub::chat
