#pragma once
#include "base/clock.hpp"
#include "engineio/options.hpp"
#include "engineio/packet.hpp"
#include "net/frame.hpp"
#include "net/http/server.hpp"
#include "net/websocket/peer.hpp"
#include "runtime/shard.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::engineio {

class Engine;

/// Why a session ended.
enum class CloseReason {
    transport_close, ///< the client closed, or its connection went away
    transport_error, ///< two polls at once, or a broken WebSocket
    ping_timeout,    ///< no pong in time
    parse_error,     ///< bytes that are no Engine.IO
    forced_close,    ///< the application closed it
    slow_consumer,   ///< the client did not read, and `Options::outbox_bytes_max` waited for it
    server_shutting_down,
};

/// What happens in a session, on its shard. Owned by the session.
class SessionHandler {
  public:
    virtual ~SessionHandler() = default;
    /// The data of one message packet. `data` lives until the call returns.
    virtual void on_text(std::string_view data) = 0;
    virtual void on_binary(std::string_view data) = 0;
    /// The session is over. Exactly once; never from inside `Session::send`.
    virtual void on_close(CloseReason reason) = 0;
    /// How much may wait for a client that does not read; none: as `Options::outbox_bytes_max` says. Asked when it
    /// matters.
    virtual std::optional<std::size_t> outbox_bytes_max() const { return {}; }
};

/// The first HTTP request of a session, as far as an application may want it later. Cut to what is worth keeping: a
/// stranger chooses what is in it.
struct HandshakeInfo {
    std::string query; ///< without the protocol's own parameters, such as `EIO`
    std::string remote_address;
    std::string user_agent; ///< the first `limits::kHandshakeFieldBytesMax` bytes, as of `origin`
    std::string origin;
    Timestamp time;
};

/// One Engine.IO session: packets over whichever transport it has at the moment (Engine.IO protocol 4).
///
/// While the transport is polling, frames wait here for the next GET; on a WebSocket they go straight to the peer.
class Session final : public std::enable_shared_from_this<Session>,
                      private net::websocket::Handler,
                      private runtime::TickTask {
  public:
    static constexpr std::size_t kSidLength = 20;

    Session(Engine& engine, const std::array<char, kSidLength>& sid, std::shared_ptr<const HandshakeInfo> handshake,
            std::unique_ptr<Ticket> ticket);
    ~Session();

    std::string_view sid() const { return {sid_.data(), sid_.size()}; }
    const std::shared_ptr<const HandshakeInfo>& handshake() const { return handshake_; }
    runtime::Shard& shard() const;

    /// Queues one message: a text frame whose payload starts with `4`, or a binary frame. Ignored once closed.
    void send(net::FramePtr frame);
    std::size_t queued_bytes() const;

    /// The application uses the session: its ticket is told.
    void on_connected() {
        if (ticket_ != nullptr) ticket_->on_connected();
    }

    bool closed() const { return closed_; }
    /// Ends the session after what is queued has left, and tells the handler (later, if `on_session` runs still).
    void close(CloseReason reason);

  private:
    friend class Engine;
    enum class Transport : std::uint8_t { polling, websocket };
    /// How far a WebSocket has come that wants to replace polling: `2probe` makes it confirmed, `5` completes it.
    enum class Upgrade : std::uint8_t { none, connected, confirmed };

    // The engine's side: one call per HTTP request, already verified.
    void open_polling(const std::shared_ptr<net::http::Exchange>& exchange);
    /// False if the request was no WebSocket handshake; it has been answered then.
    bool open_websocket(net::http::Exchange& exchange);
    /// After one of them, whose open packet goes before what the application sends.
    void start(std::unique_ptr<SessionHandler> handler);
    void on_poll(const std::shared_ptr<net::http::Exchange>& exchange);
    void on_post(net::http::Exchange& exchange);
    void on_upgrade_request(net::http::Exchange& exchange);
    bool is_polling() const { return transport_ == Transport::polling; }
    /// Over, and only waits for its connection to end. (A closed polling session may still have last packets to give.)
    bool is_gone() const { return closed_ && !is_polling(); }

    net::websocket::Options websocket_options() const;
    std::string open_packet(std::string_view upgrades) const;
    void on_heartbeat_due();
    void on_pong_missing();
    /// Errors have closed the session; whether it still lives.
    bool on_packet(const Packet& packet);
    void on_behind(std::size_t queued);
    void on_overflow(std::size_t unread, std::size_t limit);
    /// `began`: this session, if the answer is the one that begins it.
    void answer_poll(std::string_view last_packet = {}, const Session* began = nullptr);
    void on_upgrade_packet(std::string_view text);
    void complete_upgrade();
    void abandon_upgrade();
    void finish(CloseReason reason);

    // net::websocket::Handler
    void on_text(std::string_view data) override;
    void on_binary(std::string_view data) override;
    void on_drained() override;
    void on_closed(net::websocket::CloseCode code) override;
    // runtime::TickTask: frames have been queued for a waiting poll, or behind many others
    void on_tick_end() override;

    Engine& engine_;
    std::array<char, kSidLength> sid_;
    Transport transport_ = Transport::polling;
    Upgrade upgrade_ = Upgrade::none;
    bool closed_ = false; ///< the handler knows; while polling, what is queued may still wait for a last GET
    bool awaiting_pong_ = false;
    bool overflowed_ = false;
    // Bytes, small because every session has them:
    std::uint32_t unread_ = 0;      ///< of what is queued, what the end of an earlier tick left
    std::uint32_t burst_ = 0;       ///< the largest that one tick queued, as far as it still waits
    std::uint32_t queue_bytes_ = 0; ///< of `queue_`
    std::shared_ptr<const HandshakeInfo> handshake_;
    std::unique_ptr<Ticket> ticket_;
    std::unique_ptr<SessionHandler> handler_; ///< null while the application is being told of the session
    runtime::Timer heartbeat_;
    std::shared_ptr<net::websocket::Peer> peer_; ///< the transport, or the one that wants to become it

    // While polling:
    std::vector<net::FramePtr> queue_;
    std::shared_ptr<net::http::Exchange> poll_; ///< the GET that waits
    std::unique_ptr<runtime::Timer> upgrade_timeout_;
};

} // namespace hubbub::engineio
