#include "engineio/packet.hpp"

#include "base/base64.hpp"
#include "base/limits.hpp"

namespace hubbub::engineio {

std::string_view to_string(Errc errc) {
    switch (errc) {
    case Errc::empty_packet: return "empty packet";
    case Errc::unknown_packet_type: return "unknown packet type";
    case Errc::invalid_base64: return "binary packet is not base64";
    case Errc::too_many_packets: return "too many packets in one payload";
    }
    return "unknown error";
}

error_code make_error_code(Errc errc) {
    static const ErrcCategory<Errc> category{"engineio"};
    return {static_cast<int>(errc), category};
}

Result<Packet> decode_packet(std::string_view text) {
    if (text.empty()) return Errc::empty_packet;
    if (text[0] == 'b') {
        auto bytes = base64_decode(text.substr(1));
        if (!bytes) return Errc::invalid_base64;
        return Packet{.type = PacketType::message, .data = {}, .binary = std::move(*bytes), .is_binary = true};
    }
    if (text[0] < '0' || text[0] > '6') return Errc::unknown_packet_type;
    return Packet{.type = static_cast<PacketType>(text[0]), .data = text.substr(1), .binary = {}};
}

Result<std::vector<Packet>> decode_payload(std::string_view body) {
    std::vector<Packet> packets;
    for (bool more = true; more;) {
        const std::size_t end = body.find(kSeparator);
        const std::string_view text = body.substr(0, end);
        more = end != std::string_view::npos;
        if (more) body.remove_prefix(end + 1);
        if (packets.size() == limits::kPacketsPerPayloadMax) return Errc::too_many_packets;
        auto packet = decode_packet(text);
        if (!packet) return packet.error();
        packets.push_back(std::move(*packet));
    }
    return packets;
}

} // namespace hubbub::engineio
