#pragma once
#include "net/frame.hpp"
#include "socketio/adapter.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::adapters::internal {

/// A broadcast that may be sent again; shared by the logs of all shards.
struct LoggedPacket {
    socketio::Target target;
    socketio::EncodedPacket packet;
    std::size_t sender = 0;   ///< the shard it came from
    std::uint64_t number = 0; ///< counts that shard's packets from 1; 0: not logged
};

/// The packets of one namespace as one shard delivered them.
///
/// Every shard delivers the packets of one sender in the order of their numbers, but mixes the senders in an order of
/// its own. So what a client has got is, for each sender, a number; and what it missed can be told from any shard's
/// log. On the wire an offset names a place in one shard's log: the packets up to there have reached the client.
class PacketLog {
  public:
    using Clock = std::chrono::steady_clock;
    using Seen = std::vector<std::uint64_t>; // a number for each sender

    PacketLog(std::size_t shard, std::size_t shards, const socketio::AdapterOptions& options);

    void append(std::shared_ptr<const LoggedPacket> packet, Clock::time_point now);

    /// The newest place.
    std::string offset() const { return offset_of(evicted_ + entries_.size()); }
    /// What a client has got that was here until now.
    const Seen& heads() const { return heads_; }

    /// What the client has surely got, by the offset that it names; an offset of another shard, or none, adds nothing
    /// to what its session knows. Nothing if that can no longer be told.
    std::optional<Seen> seen_by(const socketio::SavedSession& session, std::string_view offset) const;
    /// As `socketio::Adapter::missed`.
    std::optional<std::vector<net::FramePtr>> missed(const socketio::SavedSession& session) const;

    std::size_t size() const { return entries_.size(); }
    std::size_t bytes() const { return bytes_; }
    std::uint64_t forgotten() const { return forgotten_; }

  private:
    struct Entry {
        std::shared_ptr<const LoggedPacket> packet;
        Clock::time_point at;
    };
    std::string offset_of(std::uint64_t place) const;
    bool surely_got_evicted(const socketio::SavedSession& session) const;
    void evict();

    const std::size_t shard_;
    const socketio::Recovery limits_;
    const std::chrono::milliseconds heartbeat_;
    std::deque<Entry> entries_;
    std::uint64_t evicted_ = 0;                               // how many have left at the front: places count from 1
    Clock::time_point evicted_at_ = Clock::time_point::min(); // when the newest of them came
    Seen heads_;
    Seen evicted_heads_;
    std::size_t bytes_ = 0;
    std::uint64_t forgotten_ = 0;
};

/// The frames of a packet. With an `offset`, it becomes the last argument.
std::vector<net::FramePtr> to_frames(const socketio::EncodedPacket& packet, std::string_view offset = {});

} // namespace hubbub::adapters::internal
