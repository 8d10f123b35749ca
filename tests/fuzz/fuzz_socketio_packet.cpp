// Socket.IO packets: what is accepted has the shape its type promises, names attachments that exist, and is the same
// packet when it is written and read again.
#include "base/limits.hpp"
#include "socketio/packet.hpp"

#include <boost/json/serialize.hpp>

#include <cstdint>
#include <cstdlib>

namespace {

using hubbub::socketio::Packet;
using hubbub::socketio::PacketType;

void check_shape(const Packet& packet) {
    if (packet.attachments > hubbub::limits::kAttachmentsMax || !packet.nsp.starts_with('/')) std::abort();
    switch (packet.type) {
    case PacketType::event:
    case PacketType::binary_event:
        if (!packet.data.is_array() || packet.data.get_array().empty()) std::abort();
        break;
    case PacketType::ack:
    case PacketType::binary_ack:
        if (!packet.data.is_array() || !packet.id) std::abort();
        break;
    case PacketType::connect:
    case PacketType::disconnect: break;
    case PacketType::connect_error: std::abort(); // a client never sends it
    }
}

/// Not every digit of a number: Boost.JSON 1.81 reads some a unit in the last place off.
void check_round_trip(const Packet& packet) {
    using namespace hubbub::socketio;
    std::string text = encode_head(packet.type, packet.nsp, packet.id, packet.attachments);
    if (!packet.data.is_null()) text += boost::json::serialize(packet.data);
    const auto again = decode_packet(text);
    if (!again || again->type != packet.type || again->nsp != packet.nsp || again->id != packet.id) std::abort();
    if (again->attachments != packet.attachments || again->data.kind() != packet.data.kind()) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto packet = hubbub::socketio::decode_packet({reinterpret_cast<const char*>(data), size});
    if (!packet) return 0;
    check_shape(*packet);
    check_round_trip(*packet);
    static_cast<void>(hubbub::socketio::check_placeholders(packet->data, packet->attachments));
    return 0;
}
