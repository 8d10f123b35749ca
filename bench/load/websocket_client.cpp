#include "websocket_client.hpp"

#include <array>
#include <stdexcept>

namespace hubbub::load {

namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kText = 0x1;
constexpr std::uint8_t kClose = 0x8;
constexpr std::uint8_t kPing = 0x9;
constexpr std::uint8_t kPong = 0xA;
constexpr std::array<std::uint8_t, 4> kMask{0x37, 0xfa, 0x21, 0x3d};

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint8_t>(bytes[at]);
}

} // namespace

WebSocketClient::WebSocketClient(Poller& poller, const Target& target, std::string auth, std::size_t index,
                                 ClientHandler& handler)
    : Client(std::move(auth), index, handler), connection_(poller, target.port, *this) {
    connection_.queue("GET " + target.path +
                      "?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(target.port) +
                      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
}

std::size_t WebSocketClient::on_data(Connection&, std::string_view bytes) {
    std::size_t at = 0;
    if (!upgraded_) {
        const auto end = bytes.find("\r\n\r\n");
        if (end == std::string_view::npos) return 0;
        if (!bytes.starts_with("HTTP/1.1 101"))
            throw std::runtime_error("no WebSocket: " + std::string(bytes.substr(0, 200)));
        upgraded_ = true;
        at = end + 4;
    }
    while (bytes.size() - at >= 2) {
        std::size_t length = byte_at(bytes, at + 1);
        std::size_t head = 2;
        if (length > 127) throw std::runtime_error("a server's frame is masked");
        if (length >= 126) {
            head = length == 126 ? 4 : 10;
            if (bytes.size() - at < head) break;
            length = 0;
            for (std::size_t i = 2; i < head; ++i) length = length << 8 | byte_at(bytes, at + i);
        }
        if (bytes.size() - at - head < length) break;
        on_frame(byte_at(bytes, at), bytes.substr(at + head, length));
        at += head + length;
    }
    flush();
    return at;
}

void WebSocketClient::on_frame(std::uint8_t first_byte, std::string_view payload) {
    if (first_byte == (kFinal | kText)) {
        on_engine_packet(payload);
    } else if (first_byte == (kFinal | kPing)) {
        queue_frame(kPong, "", payload);
    } else if ((first_byte & 0x0f) == kClose) {
        Client::on_end();
    } else {
        throw std::runtime_error("an unexpected frame, first byte " + std::to_string(first_byte));
    }
}

void WebSocketClient::send_engine_packet(std::string_view head, std::string_view data) {
    queue_frame(kText, head, data);
}

void WebSocketClient::queue_frame(std::uint8_t opcode, std::string_view head, std::string_view payload) {
    const std::size_t length = head.size() + payload.size();
    if (length > 0xffff) throw std::runtime_error("a message over 64 KiB");
    std::string& out = connection_.out();
    out += static_cast<char>(kFinal | opcode);
    if (length < 126) {
        out += static_cast<char>(kMasked | length);
    } else {
        out += static_cast<char>(kMasked | 126);
        out += static_cast<char>(length >> 8);
        out += static_cast<char>(length & 0xff);
    }
    for (const std::uint8_t byte : kMask) out += static_cast<char>(byte);
    std::size_t at = 0;
    for (const std::string_view part : {head, payload}) {
        for (const char byte : part) out += static_cast<char>(byte ^ kMask[at++ % kMask.size()]);
    }
}

} // namespace hubbub::load
