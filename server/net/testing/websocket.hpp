#pragma once
#include "net/websocket/peer.hpp"

#include <memory>
#include <string_view>

/// For tests: the first bytes of frames (RFC 6455, 5.2), and a handler that sends back what comes.
namespace hubbub::net::loopback {

inline constexpr int kText = 0x81, kBinary = 0x82, kClose = 0x88, kPing = 0x89, kPong = 0x8A, kContinuation = 0x80;
inline constexpr int kOpen = 0x80; ///< taken off: not the last frame of its message
inline constexpr int kRsv1 = 0x40, kRsv2 = 0x20, kRsv3 = 0x10;

inline constexpr std::size_t kMessageMax = 1'000'000;

struct Echo final : websocket::Handler {
    std::shared_ptr<websocket::Peer> peer;

    void on_text(std::string_view data) override { peer->send(Frame::make(Frame::Kind::text, {data})); }
    void on_binary(std::string_view data) override { peer->send(Frame::make(Frame::Kind::binary, {data})); }
    void on_closed(websocket::CloseCode) override { peer.reset(); }
};

} // namespace hubbub::net::loopback
