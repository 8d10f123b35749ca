// Engine.IO payloads: whatever a POST body holds, the packets borrow from it or it is refused.
#include "engineio/packet.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body{reinterpret_cast<const char*>(data), size};
    const auto packets = hubbub::engineio::decode_payload(body);
    if (!packets) return 0;
    for (const auto& packet : *packets) {
        const bool inside = packet.data.empty() || (packet.data.data() >= body.data() &&
                                                    packet.data.data() + packet.data.size() <= body.data() + size);
        if (!inside) std::abort();
    }
    return 0;
}
