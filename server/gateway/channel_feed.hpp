#pragma once
#include "base/ids.hpp"
#include "base/task.hpp"
#include "chat/messages/messages.hpp"
#include "socketio/server.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace hubbub::gateway {

class LiveSockets;
struct Measures;

/// The broadcasts of durable events of the channels that one shard owns: each event once, in the order of eventSeq,
/// without a gap that clients are not told of. Who comes in or goes out enters or leaves the room by the same events.
///
/// Events come here in commit order, so nearly always the next one is the one that is due and leaves at once. A gap
/// means that an event was committed whose answer we never got (the database went away in between), or that another
/// process wrote it: it is read from the database, and what came after it waits. Lives on its shard.
///
/// A channel is known from when the first socket is in its room (`seed`) until some time after the last one has left.
class ChannelFeed {
  public:
    ChannelFeed(runtime::Shard& shard, socketio::Namespace& nsp, chat::Messages& messages, LiveSockets& sockets,
                Measures& measures)
        : shard_{shard}, nsp_{nsp}, messages_{messages}, sockets_{sockets}, measures_{measures} {}

    /// Sockets that are in the room have read what was until `event_seq`. Does nothing for a channel that is known.
    void seed(ChannelId channel, std::int64_t event_seq);
    /// Broadcasts `event` with `json` to the channel's room, now or when everything before it has left.
    void publish(ChannelId channel, std::int64_t event_seq, std::string_view event, std::string json);
    /// The same. A change of membership changes rooms before it waits; `done`: they are changed. `asker` is the socket
    /// that asked for it, if one did, which learns the result otherwise.
    void publish(ChannelId channel, const chat::ChannelEvent& event, const std::string& asker, Callback<void()> done);
    void publish(ChannelId channel, const chat::ChannelEvent& event);
    /// The eventSeq of what left last; 0 for a channel that is not known.
    std::int64_t published(ChannelId channel) const;
    /// An event of that number is committed, and may or may not have been broadcast.
    void notice(ChannelId channel, std::int64_t event_seq);
    /// A write was answered `unavailable`: it may have been committed all the same.
    void suspect(ChannelId channel);

    std::vector<ChannelId> known() const;
    std::size_t size() const { return channels_.size(); }
    /// From now until `forget`, notes which channels become known or are asked for.
    void start_noting() { noted_.emplace(); }
    /// Forgets channels that are not in `in_use`, were not noted and wait for nothing.
    void forget_others(const std::unordered_set<ChannelId>& in_use);

  private:
    struct Event {
        std::string_view name; // of static storage
        std::string json;
        UserId moved; // whose membership it changes, if it does
    };
    struct Channel {
        std::int64_t last = 0; ///< eventSeq of what left last
        std::int64_t due = 0;  ///< known to be committed
        bool suspected = false;
        bool repairing = false; ///< queued for it, or under way
        std::map<std::int64_t, Event> waiting;

        bool is_behind() const { return suspected || due > last || !waiting.empty(); }
    };

    Channel& open(ChannelId id, std::int64_t last);
    void publish(ChannelId id, Channel& channel, std::int64_t event_seq, Event event);
    void pass(ChannelId id, Channel& channel, const chat::ChannelEvent& event);
    void flush(ChannelId id, Channel& channel);
    void emit(ChannelId id, std::string_view name, std::string_view json);
    void repair(ChannelId id, Channel& channel);
    void start_repairs();
    Task<> catch_up(ChannelId id);
    void take(ChannelId id, Channel& channel, const chat::Events& read);
    void tell_behind(ChannelId id, Channel& channel, std::int64_t event_seq);
    void give_up(ChannelId id, Channel& channel);

    runtime::Shard& shard_;
    socketio::Namespace& nsp_;
    chat::Messages& messages_;
    LiveSockets& sockets_;
    Measures& measures_;
    std::unordered_map<ChannelId, Channel> channels_; // references to its values stay good
    std::optional<std::unordered_set<ChannelId>> noted_;
    std::deque<ChannelId> to_repair_;
    std::size_t repairs_ = 0;    // under way
    std::size_t bytes_held_ = 0; // of what waits
};

} // namespace hubbub::gateway
