#pragma once
#include "base/callback.hpp"
#include "engineio/session.hpp"
#include "net/frame.hpp"
#include "socketio/adapter.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/packet.hpp"

#include <boost/json/object.hpp>

#include <any>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hubbub::socketio {

namespace internal {
class Client;
class NamespaceCore;
} // namespace internal

/// Why a socket ended: the standard names of Socket.IO, for `disconnecting` and `disconnect`.
enum class DisconnectReason {
    client_namespace_disconnect, ///< "client namespace disconnect"
    server_namespace_disconnect, ///< "server namespace disconnect"
    server_shutting_down,        ///< "server shutting down"
    transport_close,             ///< "transport close"
    transport_error,             ///< "transport error"
    ping_timeout,                ///< "ping timeout"
    parse_error,                 ///< "parse error"
    forced_close,                ///< "forced close"
};
std::string_view to_string(DisconnectReason reason);

/// One client in one namespace. Belongs to its shard: every member is called there.
class Socket : public std::enable_shared_from_this<Socket> {
  public:
    /// `error` is empty, or says that the ack did not come in time or the socket went away.
    using AckCallback = Callback<void(error_code error, Arguments answer)>;

    ~Socket();

    const std::string& id() const { return id_; }
    /// The HTTP request that the session began with.
    const engineio::HandshakeInfo& handshake() const { return *handshake_; }
    /// The payload of the CONNECT packet, such as a token. For middlewares and connection handlers: emptied after them.
    const boost::json::object& auth() const { return auth_; }
    runtime::Shard& shard() const { return shard_; }
    bool connected() const { return connected_; }

    /// The application's own state of this socket.
    std::any& data() { return data_; }
    template <class T> T* data_as() { return std::any_cast<T>(&data_); }

    /// Sends an event to this client. `json` is the text of the arguments without brackets, e.g. `{"a":1},2`.
    void emit(std::string_view event, RawJson json);
    void emit(std::string_view event, const Arguments& arguments);
    /// Sends an event and waits for the client's ack at most `timeout`.
    void emit_with_ack(std::string_view event, const Arguments& arguments, std::chrono::milliseconds timeout,
                       AckCallback callback);

    void join(std::string_view room);
    void leave(std::string_view room);
    std::vector<std::string> rooms() const;

    /// A broadcast to a room of this namespace without this socket.
    Broadcast to(std::string_view room);

    /// Leaves the namespace; with `close`, closes the connection as well.
    void disconnect(bool close = false);

    /// Bytes that wait for this client: what a well-behaved producer looks at.
    std::size_t queued_bytes() const;

    // For adapters.
    /// The hot path of a broadcast: pushes references to one packet's frames. `droppable`: not if the client is behind.
    void deliver(std::span<const net::FramePtr> frames, bool droppable);
    std::vector<RoomSlot>& room_slots() { return room_slots_; }
    const std::vector<RoomSlot>& room_slots() const { return room_slots_; }
    /// True once per `stamp`: lets a broadcast to several rooms reach each socket once.
    bool stamp(std::uint64_t stamp) { return std::exchange(stamp_, stamp) != stamp; }

  private:
    friend class internal::Client;
    friend class internal::NamespaceCore;
    friend class Ack;
    class PendingAcks;
    Socket(internal::Client& client, internal::NamespaceCore& nsp, boost::json::object auth);
    void send(const EncodedPacket& packet);
    void on_ack(std::uint64_t id, Arguments answer);
    void on_closed(DisconnectReason reason);

    std::string id_;
    internal::Client* client_; // null once disconnected
    internal::NamespaceCore& nsp_;
    runtime::Shard& shard_;
    std::shared_ptr<const engineio::HandshakeInfo> handshake_;
    boost::json::object auth_;
    std::any data_;
    std::vector<RoomSlot> room_slots_;
    std::unique_ptr<PendingAcks> pending_acks_;
    std::uint64_t stamp_ = 0;
    bool connected_ = false;
};

/// Answers one event. Move-only; the first call counts; nothing happens when the client wants no ack or is gone.
/// Call it on the socket's shard.
class Ack {
  public:
    Ack() = default;
    Ack(const std::shared_ptr<Socket>& socket, std::uint64_t id) : socket_{socket}, id_{id}, wanted_{true} {}
    Ack(Ack&&) = default;
    Ack& operator=(Ack&&) = default;

    /// Whether the client asked for an ack that has not been given yet.
    explicit operator bool() const { return wanted_; }
    void operator()(RawJson json);
    void operator()(const Arguments& arguments);

  private:
    std::weak_ptr<Socket> socket_;
    std::uint64_t id_ = 0;
    bool wanted_ = false;
};

/// An event from a client.
struct Event {
    std::string name;
    Arguments arguments;
    Ack ack;
};

} // namespace hubbub::socketio
