#include "net/websocket/internal/peer_protocol.hpp"

#include "net/websocket/internal/deflate_codec.hpp"

#include <utility>

namespace hubbub::net::websocket {
namespace {

constexpr std::size_t kReasonBytesMax = 123; // a control frame's 125 without the code

/// The longest beginning of `reason` that fits and does not cut a code point.
std::string_view fitting(std::string_view reason) {
    if (reason.size() <= kReasonBytesMax) return reason;
    std::size_t size = kReasonBytesMax;
    while (size > 0 && (static_cast<unsigned char>(reason[size]) & 0xC0) == 0x80) --size;
    return reason.substr(0, size);
}

} // namespace

std::shared_ptr<Peer> open_peer(const std::shared_ptr<Connection>& connection, Handler& handler, const Options& options,
                                DeflateCodec* codec) {
    std::unique_ptr<PeerProtocol> protocol;
    if (codec == nullptr) {
        protocol = std::make_unique<PeerProtocol>(*connection, handler, options);
    } else {
        protocol = std::make_unique<DeflatePeer>(*connection, handler, options, *codec);
    }
    std::shared_ptr<Peer> peer{connection, protocol.get()};
    connection->set_protocol(std::move(protocol));
    return peer;
}

PeerProtocol::PeerProtocol(Connection& connection, Handler& handler, const Options& options, bool deflate)
    : connection_{connection}, handler_{&handler}, parser_{options.message_bytes_max, deflate} {}

void PeerProtocol::send(FramePtr frame) {
    if (!closing_) connection_.send(std::move(frame));
}

void PeerProtocol::close(CloseCode code, std::string_view reason) {
    if (closing_ || !connection_.is_open()) return;
    send_close(code, reason);
    connection_.close_later();
}

void PeerProtocol::detach() {
    handler_ = nullptr;
    if (!closing_) connection_.close(); // nobody would ever close it
}

void PeerProtocol::send_close(CloseCode code, std::string_view reason) {
    const auto number = static_cast<std::uint16_t>(code);
    const char bytes[] = {static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)};
    // 1005 stands for "without a code" and is never on the wire.
    const std::string_view shown = code == CloseCode::no_status ? std::string_view{} : std::string_view{bytes, 2};
    connection_.send(Frame::make(Frame::Kind::close, {shown, shown.empty() ? shown : fitting(reason)}));
    closing_ = true;
}

std::size_t PeerProtocol::on_data(std::span<char> data) {
    const auto consumed = parser_.parse(data, *this);
    if (consumed) return *consumed;
    ended_with_ = consumed.error();
    if (!closing_) send_close(consumed.error(), {});
    connection_.close_after_flush();
    return data.size();
}

void PeerProtocol::on_message(Frame::Kind kind, std::string_view data) {
    if (closing_ || handler_ == nullptr || !connection_.is_open()) return;
    if (kind == Frame::Kind::text) {
        handler_->on_text(data);
    } else {
        handler_->on_binary(data);
    }
}

void PeerProtocol::on_ping(std::string_view data) {
    if (closing_) return;
    FramePtr pong = Frame::make(Frame::Kind::pong, {data});
    // Only the latest of several pings has to be answered (RFC 6455, 5.5.3): a flood of them queues one pong.
    if (std::exchange(pong_queued_, true)) {
        next_pong_ = std::move(pong);
    } else {
        connection_.send(std::move(pong));
    }
}

void PeerProtocol::on_close(CloseCode code, std::string_view) {
    ended_with_ = code;
    if (!closing_) send_close(code, {});
    connection_.close_after_flush();
}

void PeerProtocol::on_drained() {
    pong_queued_ = false;
    if (next_pong_ && !closing_) {
        pong_queued_ = true;
        connection_.send(std::exchange(next_pong_, {}));
    }
    if (handler_ != nullptr) handler_->on_drained();
}

void PeerProtocol::on_closed() {
    next_pong_ = {};
    if (handler_ != nullptr) std::exchange(handler_, nullptr)->on_closed(ended_with_);
}

void DeflatePeer::send(FramePtr frame) {
    if (!is_open()) return;
    if (frame->compression() == Frame::Compression::allowed && frame->payload().size() >= threshold_)
        frame = codec_.deflate(frame);
    PeerProtocol::send(std::move(frame));
}

Sink::Outcome DeflatePeer::on_deflated(Frame::Kind kind, std::string_view data) {
    const auto message = codec_.inflate(data, message_bytes_max_);
    if (!message) return message.error();
    if (kind == Frame::Kind::text && !is_utf8(*message)) return CloseCode::invalid_payload;
    on_message(kind, *message);
    return {};
}

} // namespace hubbub::net::websocket
