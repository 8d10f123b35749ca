#pragma once
#include "modes.hpp"
#include "process.hpp"
#include "swarm.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::load {

/// A channel as the event `connected` names it.
struct Seat {
    std::int64_t channel;
    std::int64_t last_event_seq;
};

inline constexpr std::string_view kConnected = R"(2["connected",)";
inline constexpr std::string_view kNewMessage = R"(2["new_message",)";

/// The channels in an event `connected`.
std::vector<Seat> seats_in(std::string_view packet);

/// A `send_message` with the ack id `id` and a new clientMessageId (version 7, as the contract recommends).
std::string send_packet(std::uint64_t id, std::int64_t channel, std::string_view content);

struct Ack {
    std::uint64_t id;
    std::string_view body; ///< borrows from the packet
};
/// The ack in `packet`, if it is one. Throws if it says anything but ok: a load that is refused measures nothing.
std::optional<Ack> ack_in(std::string_view packet);

/// The number behind the first `name` (as `"eventSeq":`) of a JSON text. Throws if there is none.
std::int64_t number_behind(std::string_view json, std::string_view name);

/// What the parties have used so far.
struct Usage {
    SteadyTime at;
    std::chrono::nanoseconds server;
    std::chrono::nanoseconds database;
    std::chrono::nanoseconds generator;
};
Usage usage_of(const Load& load);
/// Since `before`, by `count` things of one `kind`: serverCpuMicrosPer{kind}, databaseCpuMicrosPer{kind}, the three's
/// shares of their cores.
boost::json::object cost_since(const Usage& before, const Usage& after, std::uint64_t count, const std::string& kind);

} // namespace hubbub::load
