#pragma once
#include "engineio/session.hpp"
#include "socketio/packet.hpp"
#include "socketio/socket.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::socketio::internal {

class NamespaceCore;
class Namespaces;

/// One Engine.IO session's Socket.IO side: the sockets of its namespaces, and a packet whose attachments still come.
class Client final : public engineio::SessionHandler {
  public:
    Client(engineio::Session& session, Namespaces& namespaces);
    ~Client() override;

    engineio::Session& session() { return session_; }

    void send(const EncodedPacket& packet);
    /// CONNECT, CONNECT_ERROR and DISCONNECT packets; `json` may be empty.
    void send_control(PacketType type, std::string_view nsp, std::string_view json);

    /// Answers a CONNECT with CONNECT_ERROR. A client that goes on and on is closed.
    void refuse_connect(std::string_view nsp, std::string_view answer);

    void on_connected() {
        if (connect_timeout_ != nullptr) session_.on_connected();
        connect_timeout_.reset();
    }
    /// The server ends it: each namespace is told, so that none comes back by itself, then the connection closes.
    void disconnect();
    /// Forgets a socket that is no longer, or never was, in its namespace.
    void remove(Socket& socket);

    // engineio::SessionHandler
    void on_text(std::string_view data) override;
    void on_binary(std::string_view data) override;
    void on_close(engineio::CloseReason reason) override;
    std::optional<std::size_t> outbox_bytes_max() const override;

  private:
    struct Incomplete {
        Packet packet;
        std::vector<std::string> attachments;
    };

    void dispatch(Packet packet, std::vector<std::string> attachments);
    void on_connect(Packet packet);
    void enter(NamespaceCore& nsp, boost::json::object auth, std::shared_ptr<NamespaceCore> child = {});
    void refuse_namespace(std::string_view name);
    std::shared_ptr<Socket> find(std::string_view nsp) const;
    void fail() { session_.close(engineio::CloseReason::parse_error); }

    engineio::Session& session_;
    Namespaces& namespaces_;
    std::vector<std::shared_ptr<Socket>> sockets_;
    std::unique_ptr<Incomplete> incomplete_;
    std::size_t connect_errors_ = 0;
    std::unique_ptr<runtime::Timer> connect_timeout_; ///< until the first namespace is joined
};

} // namespace hubbub::socketio::internal
