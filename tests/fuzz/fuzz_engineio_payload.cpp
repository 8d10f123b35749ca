// Engine.IO payloads: whatever a POST body holds, it is refused, or its packets are the pieces between its separators,
// in order.
#include "base/base64.hpp"
#include "engineio/packet.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

using hubbub::engineio::kSeparator;
using hubbub::engineio::Packet;
using hubbub::engineio::PacketType;

void check(const Packet& packet, std::string_view text) {
    if (packet.is_binary) {
        if (text[0] != 'b' || packet.type != PacketType::message) std::abort();
        if (hubbub::base64_decode(text.substr(1)) != packet.binary) std::abort();
        if (hubbub::base64_decode(hubbub::base64_encode(packet.binary)) != packet.binary) std::abort();
    } else if (text[0] != static_cast<char>(packet.type) || text[0] < '0' || text[0] > '6' ||
               packet.data != text.substr(1)) {
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view body{reinterpret_cast<const char*>(data), size};
    const auto packets = hubbub::engineio::decode_payload(body);
    if (!packets) return 0;
    for (const Packet& packet : *packets) {
        const auto text = body.substr(0, body.find(kSeparator));
        if (text.empty()) std::abort();
        check(packet, text);
        body.remove_prefix(std::min(body.size(), text.size() + 1));
    }
    if (!body.empty()) std::abort();
    return 0;
}
