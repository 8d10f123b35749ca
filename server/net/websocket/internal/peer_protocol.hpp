#pragma once
#include "net/connection.hpp"
#include "net/websocket/parser.hpp"
#include "net/websocket/peer.hpp"

#include <memory>

namespace hubbub::net::websocket {

/// Lets `connection` speak WebSocket from now on, behind an accepted handshake. The peer lives as long as the
/// connection.
std::shared_ptr<Peer> open_peer(const std::shared_ptr<Connection>& connection, Handler& handler,
                                const Options& options);

/// Frames on one connection: messages to the handler, pings and closes answered here.
class PeerProtocol final : public Protocol, public Peer, private Sink {
  public:
    PeerProtocol(Connection& connection, Handler& handler, const Options& options);

    void send(FramePtr frame) override;
    std::size_t queued_bytes() const override { return connection_.queued_bytes(); }
    void close(CloseCode code, std::string_view reason) override;
    void abort() override { connection_.close(); }
    void detach() override;

    std::size_t on_data(std::span<char> data) override;
    void on_drained() override;
    void on_closed() override;

  private:
    void on_message(Frame::Kind kind, std::string_view data) override;
    void on_ping(std::string_view data) override;
    void on_pong(std::string_view) override {}
    void on_close(CloseCode code, std::string_view reason) override;

    void send_close(CloseCode code, std::string_view reason);

    Connection& connection_;
    Handler* handler_; // null when detached
    Parser parser_;
    FramePtr next_pong_;
    CloseCode ended_with_ = CloseCode::abnormal;
    bool closing_ = false;     // a close frame is queued or gone
    bool pong_queued_ = false; // not yet written
};

} // namespace hubbub::net::websocket
