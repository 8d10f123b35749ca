#pragma once
#include "base/ids.hpp"
#include "base/task.hpp"
#include "chat/messages/messages.hpp"
#include "socketio/server.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace hubbub::gateway {

/// The broadcasts of durable events of the channels that one shard owns: each event once, in the order of eventSeq,
/// without a gap.
///
/// Events come here in commit order, so nearly always the next one is the one that is due and leaves at once. A gap
/// means that an event was committed whose answer we never got (the database went away in between), or that another
/// process wrote it: it is read from the database, and what came after it waits. Lives on its shard.
class ChannelFeed {
  public:
    ChannelFeed(runtime::Shard& shard, socketio::Namespace& nsp, chat::Messages& messages)
        : shard_{shard}, nsp_{nsp}, messages_{messages} {}

    /// Broadcasts `event` with `json` to the channel's room, now or when everything before it has left.
    void publish(ChannelId channel, std::int64_t event_seq, std::string_view event, std::string json);
    /// The eventSeq of what left last; 0 if nothing has since the start.
    std::int64_t published(ChannelId channel) const;
    /// An event of that number is committed, and may or may not have been broadcast.
    void notice(ChannelId channel, std::int64_t event_seq);
    /// A write was answered `unavailable`: it may have been committed all the same.
    void suspect(ChannelId channel);

  private:
    struct Event {
        std::string_view name; // of static storage
        std::string json;
    };
    struct Channel {
        std::int64_t last = 0; ///< eventSeq of what left last; 0: nothing since the start
        bool reading = false;
        std::map<std::int64_t, Event> waiting;
    };

    void flush(ChannelId id, Channel& channel);
    void emit(ChannelId id, const Event& event);
    void read_missing(ChannelId id, Channel& channel);
    Task<> catch_up(ChannelId id, Channel& channel);
    Task<bool> read_once(ChannelId id, Channel& channel);

    runtime::Shard& shard_;
    socketio::Namespace& nsp_;
    chat::Messages& messages_;
    std::unordered_map<ChannelId, Channel> channels_; // references to its values stay good
};

} // namespace hubbub::gateway
