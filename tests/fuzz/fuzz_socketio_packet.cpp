// Socket.IO packets: what is accepted has the shape its type promises, and names attachments that exist.
#include "base/limits.hpp"
#include "socketio/packet.hpp"

#include <cstdint>
#include <cstdlib>

using hubbub::socketio::PacketType;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto packet = hubbub::socketio::decode_packet({reinterpret_cast<const char*>(data), size});
    if (!packet) return 0;
    if (packet->attachments > hubbub::limits::kAttachmentsMax || !packet->nsp.starts_with('/')) std::abort();
    switch (packet->type) {
    case PacketType::event:
    case PacketType::binary_event:
        if (!packet->data.is_array() || packet->data.get_array().empty()) std::abort();
        break;
    case PacketType::ack:
    case PacketType::binary_ack:
        if (!packet->data.is_array() || !packet->id) std::abort();
        break;
    case PacketType::connect:
    case PacketType::disconnect: break;
    case PacketType::connect_error: std::abort(); // a client never sends it
    }
    static_cast<void>(hubbub::socketio::check_placeholders(packet->data, packet->attachments));
    return 0;
}
