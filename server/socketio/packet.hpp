#pragma once
#include "base/result.hpp"

#include <boost/json/array.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::socketio {

enum class Errc {
    unknown_packet_type = 1,
    invalid_payload,
    invalid_attachment_count,
    too_many_attachments,
    invalid_namespace,
    invalid_ack_id,
    reserved_event,
    invalid_placeholder,
    ack_timeout,  ///< of an emitted event
    disconnected, ///< before the ack came
};
std::string_view to_string(Errc errc);
error_code make_error_code(Errc errc);

/// The digit that a packet starts with (Socket.IO protocol 5, "Packet encoding").
enum class PacketType : std::uint8_t { connect = 0, disconnect, event, ack, connect_error, binary_event, binary_ack };

/// The arguments of an event or of an ack. Where an argument is, or holds, binary, `values` has
/// `{"_placeholder":true,"num":N}` and the bytes are `attachments[N]`.
struct Arguments {
    boost::json::array values;
    std::vector<std::string> attachments;
};

/// One Socket.IO packet without its attachments' bytes.
struct Packet {
    PacketType type = PacketType::event;
    std::string nsp = "/";
    std::optional<std::uint64_t> id; ///< ack id
    std::size_t attachments = 0;     ///< binary frames that follow
    boost::json::value data;         ///< null where the packet has none
};

/// Decodes the text of one packet, e.g. `2/admin,17["name",{"a":1}]`.
///
/// A packet with `attachments` > 0 is complete only when that many binary frames have followed. A lone surrogate
/// (`"\ud83d"`) becomes U+FFFD.
/// errors   any of `Errc`; each closes the connection (Socket.IO protocol 5, "Packet encoding").
Result<Packet> decode_packet(std::string_view text);

/// Checks that every placeholder names one of `count` attachments: `invalid_placeholder` otherwise.
Result<void> check_placeholders(const boost::json::value& data, std::size_t count);

/// Whether applications may not use the name: connect, connect_error, disconnect, disconnecting, newListener,
/// removeListener.
bool is_reserved_event(std::string_view name);

/// The text of a packet up to its JSON, e.g. `2/admin,17` or `51-`; `nsp` `/` is left out.
std::string encode_head(PacketType type, std::string_view nsp, std::optional<std::uint64_t> id,
                        std::size_t attachments);

} // namespace hubbub::socketio

template <> struct boost::system::is_error_code_enum<hubbub::socketio::Errc> : std::true_type {};
