#include "adapters/local/internal/packet_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace hubbub::adapters::internal {
namespace {

using socketio::SavedSession;
using socketio::Target;

std::size_t size_of(const LoggedPacket& logged) {
    std::size_t bytes = logged.packet.text.size();
    for (const std::string& attachment : logged.packet.attachments) bytes += attachment.size();
    for (const std::string& room : logged.target.rooms) bytes += room.size();
    for (const std::string& room : logged.target.except) bytes += room.size();
    return bytes;
}

bool is_for(const Target& target, const SavedSession& session) {
    const auto is_in = [&](const std::string& room) {
        return room == session.sid || std::ranges::find(session.rooms, room) != session.rooms.end();
    };
    if (target.nobody || std::ranges::any_of(target.except, is_in)) return false;
    return target.rooms.empty() || std::ranges::any_of(target.rooms, is_in);
}

/// The place that an offset of this shard names.
std::optional<std::uint64_t> place_in(std::size_t shard, std::string_view offset) {
    std::size_t named = 0;
    std::uint64_t place = 0;
    const char* const end = offset.data() + offset.size();
    const auto [dash, error] = std::from_chars(offset.data(), end, named);
    if (error != std::errc{} || named != shard || dash == end || *dash != '-') return {};
    const auto [rest, place_error] = std::from_chars(dash + 1, end, place, 16);
    if (place_error != std::errc{} || rest != end) return {};
    return place;
}

} // namespace

PacketLog::PacketLog(std::size_t shard, std::size_t shards, const socketio::AdapterOptions& options)
    : shard_{shard},
      limits_{*options.recovery},
      heartbeat_{options.heartbeat},
      heads_(shards),
      evicted_heads_(shards) {}

std::string PacketLog::offset_of(std::uint64_t place) const {
    return fmt::format("{}-{:x}", shard_, place);
}

void PacketLog::append(std::shared_ptr<const LoggedPacket> packet, Clock::time_point now) {
    heads_[packet->sender] = packet->number;
    bytes_ += size_of(*packet);
    entries_.push_back({std::move(packet), now});
    // What a client may still miss that goes away at the end of this window.
    const auto oldest = now - limits_.window - heartbeat_;
    while (entries_.front().at < oldest) evict();
    while (entries_.size() > limits_.packets_max || bytes_ > limits_.bytes_max) {
        evict();
        ++forgotten_;
    }
}

void PacketLog::evict() {
    const Entry& oldest = entries_.front();
    evicted_heads_[oldest.packet->sender] = oldest.packet->number;
    evicted_at_ = oldest.at;
    bytes_ -= size_of(*oldest.packet);
    ++evicted_;
    entries_.pop_front();
}

/// Whether the session outlived the heartbeat after all that has left the log: then its client got that.
bool PacketLog::surely_got_evicted(const SavedSession& session) const {
    return evicted_ == 0 || evicted_at_ + heartbeat_ < session.left_at;
}

std::optional<PacketLog::Seen> PacketLog::seen_by(const SavedSession& session, std::string_view offset) const {
    Seen seen = session.seen;
    const auto place = place_in(shard_, offset);
    if (!place || *place > evicted_ + entries_.size()) return seen;
    if (*place < evicted_ && !surely_got_evicted(session)) return {};
    Seen by_offset = heads_;
    for (std::uint64_t at = evicted_ + entries_.size(); at > std::max(*place, evicted_); --at) {
        const LoggedPacket& later = *entries_[at - evicted_ - 1].packet;
        by_offset[later.sender] = later.number - 1;
    }
    std::ranges::transform(seen, by_offset, seen.begin(), std::ranges::max);
    return seen;
}

std::optional<std::vector<net::FramePtr>> PacketLog::missed(const SavedSession& session) const {
    const bool lacks_some = !std::ranges::equal(session.seen, evicted_heads_, std::ranges::greater_equal{});
    if (lacks_some && !surely_got_evicted(session)) return {};
    std::vector<net::FramePtr> frames;
    std::size_t bytes = 0;
    std::uint64_t place = evicted_;
    for (const Entry& entry : entries_) {
        ++place;
        const LoggedPacket& logged = *entry.packet;
        if (logged.number <= session.seen[logged.sender] || !is_for(logged.target, session)) continue;
        bytes += size_of(logged);
        if (bytes > limits::kRecoveryMissedBytesMax) return {};
        for (net::FramePtr& frame : to_frames(logged.packet, offset_of(place))) frames.push_back(std::move(frame));
    }
    return frames;
}

std::vector<net::FramePtr> to_frames(const socketio::EncodedPacket& packet, std::string_view offset) {
    using net::Frame;
    const auto compression = packet.compress ? Frame::Compression::allowed : Frame::Compression::never;
    std::vector<net::FramePtr> frames;
    if (offset.empty()) {
        frames.push_back(Frame::make(Frame::Kind::text, {packet.text}, compression));
    } else {
        const std::string_view open{packet.text.data(), packet.text.size() - 1};
        frames.push_back(Frame::make(Frame::Kind::text, {open, ",\"", offset, "\"]"}, compression));
    }
    for (const std::string& attachment : packet.attachments)
        frames.push_back(Frame::make(Frame::Kind::binary, {attachment}, compression));
    return frames;
}

} // namespace hubbub::adapters::internal
