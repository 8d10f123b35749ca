#pragma once
#include "net/connection.hpp"
#include "net/websocket/parser.hpp"
#include "net/websocket/peer.hpp"

#include <memory>

namespace hubbub::net::websocket {

class DeflateCodec;

/// Lets `connection` speak WebSocket from now on, behind an accepted handshake. The peer lives as long as the
/// connection. With `codec`, permessage-deflate was agreed on; it lives as long as the connection is open.
std::shared_ptr<Peer> open_peer(const std::shared_ptr<Connection>& connection, Handler& handler, const Options& options,
                                DeflateCodec* codec = nullptr);

/// Frames on one connection: messages to the handler, pings and closes answered here.
class PeerProtocol : public Protocol, public Peer, protected Sink {
  public:
    PeerProtocol(Connection& connection, Handler& handler, const Options& options, bool deflate = false);

    void send(FramePtr frame) override;
    std::size_t queued_bytes() const override { return connection_.queued_bytes(); }
    void close(CloseCode code, std::string_view reason) override;
    void abort() override { connection_.close(); }
    void detach() override;

    std::size_t on_data(std::span<char> data) override;
    void on_drained() override;
    void on_closed() override;

  protected:
    bool is_open() const { return !closing_ && connection_.is_open(); }
    void on_message(Frame::Kind kind, std::string_view data) override;

  private:
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

static_assert(sizeof(PeerProtocol) <= 120); // what malloc gives without waste

/// The same with permessage-deflate. A class of its own, so that without it nothing is paid for.
class DeflatePeer final : public PeerProtocol {
  public:
    DeflatePeer(Connection& connection, Handler& handler, const Options& options, DeflateCodec& codec)
        : PeerProtocol{connection, handler, options, true},
          codec_{codec},
          threshold_{options.deflate->threshold},
          message_bytes_max_{options.message_bytes_max} {}

    void send(FramePtr frame) override;

  private:
    Outcome on_deflated(Frame::Kind kind, std::string_view data) override;

    DeflateCodec& codec_;
    const std::size_t threshold_;
    const std::size_t message_bytes_max_;
};

} // namespace hubbub::net::websocket
