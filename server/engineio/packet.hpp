#pragma once
#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::engineio {

enum class Errc {
    empty_packet = 1,
    unknown_packet_type,
    invalid_base64,
    too_many_packets,
};
std::string_view to_string(Errc errc);
error_code make_error_code(Errc errc);

/// The digit that a packet starts with (Engine.IO protocol 4, "Packet types").
enum class PacketType : char {
    open = '0',
    close = '1',
    ping = '2',
    pong = '3',
    message = '4',
    upgrade = '5',
    noop = '6',
};

struct Packet {
    PacketType type;
    std::string_view data; ///< borrowed from the input
    std::string binary;    ///< the bytes, if `is_binary`; a binary packet is always a message
    bool is_binary = false;
};

inline constexpr char kSeparator = '\x1e';

/// Decodes one text packet: a type digit and its data, or `b` and the base64 of a binary message, which clients may
/// send over a WebSocket too. Errors: `empty_packet`, `unknown_packet_type`, `invalid_base64`.
Result<Packet> decode_packet(std::string_view text);

/// Splits the body of one long-polling request into packets, in wire order.
///
/// body     `packet (0x1E packet)*`, at most `max_payload` bytes; the caller checked. Binary is `b<base64>`.
/// returns  one or more packets. They borrow from `body`.
/// errors   `empty_packet`, `unknown_packet_type`, `invalid_base64`, `too_many_packets`. Any error rejects the whole
/// body. source   Engine.IO protocol 4, "Packet encoding / HTTP long-polling".
Result<std::vector<Packet>> decode_payload(std::string_view body);

} // namespace hubbub::engineio

template <> struct boost::system::is_error_code_enum<hubbub::engineio::Errc> : std::true_type {};
