#pragma once
#include "base/callback.hpp"
#include "base/task.hpp"
#include "engineio/session.hpp"
#include "net/frame.hpp"
#include "socketio/adapter.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/packet.hpp"
#include "socketio/payload.hpp"

#include <boost/json/object.hpp>

#include <any>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hubbub::socketio {

class Ack;
class Namespace;
class Socket;
class SocketEmit;
struct Event;

namespace internal {
class Client;
class NamespaceCore;
void handler_failed(Socket& socket, const std::exception_ptr& escaped);
void reject_payload(Socket& socket, Event event, const FieldError& error);
void visit_guarded(Socket& socket, const std::function<void(Socket&)>& visit);
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
inline constexpr std::size_t kDisconnectReasons = 8; ///< how many there are
std::string_view to_string(DisconnectReason reason);

/// What became of an emitted event.
enum class Sent : std::uint8_t {
    queued,  ///< it leaves at the end of this loop iteration, or as soon as the client takes it
    behind,  ///< the same, but more than `limits::kOutboxVolatileBytesMax` wait: a well-behaved producer pauses
    dropped, ///< it was volatile and the client is behind, or the client is gone
};

/// One client in one namespace. Belongs to its shard: every member is called there, which debug builds hold.
/// Lifetime: while it is connected, or somebody holds its `shared_ptr`; after that, calls do nothing.
class Socket : public std::enable_shared_from_this<Socket> {
  public:
    /// `error` is empty, or says that the ack did not come in time or the socket went away.
    using AckCallback = Callback<void(error_code error, Arguments answer)>;

    ~Socket();

    const std::string& id() const { return id_; }
    /// The namespace it is in: for broadcasts.
    const Namespace& nsp() const;
    /// The HTTP request that the session began with.
    const engineio::HandshakeInfo& handshake() const { return *handshake_; }
    /// The payload of the CONNECT packet, such as a token. For middlewares and connection handlers: emptied after them.
    const boost::json::object& auth() const { return auth_; }
    runtime::Shard& shard() const { return shard_; }
    bool connected() const { return connected_; }
    /// Whether it came back with its id, rooms and data, and got what it had missed (`Options::recovery`).
    bool recovered() const { return recovered_; }

    /// The application's own state of this socket.
    std::any& data() { return data_; }
    const std::any& data() const { return data_; }
    template <class T> T* data_as() { return std::any_cast<T>(&data_); }

    /// Sends an event to this client. `json` is the text of the arguments without brackets, e.g. `{"a":1},2`. Text that
    /// is no UTF-8 leaves with U+FFFD in its place. Throws std::invalid_argument for a reserved name
    /// (`is_reserved_event`), as all that emits.
    Sent emit(std::string_view event, RawJson json);
    Sent emit(std::string_view event, const Arguments& arguments);
    /// Typed arguments (payload.hpp).
    template <class... T> Sent emit(std::string_view event, const T&... values) {
        return emit(event, arguments_of(values...));
    }
    /// Sends an event and waits for the client's ack at most `timeout`.
    void emit_with_ack(std::string_view event, const Arguments& arguments, std::chrono::milliseconds timeout,
                       AckCallback callback);
    /// The same for coroutines. The socket must live until the answer has come: hold its `shared_ptr`.
    /// errors   `ack_timeout`, `disconnected`
    Task<Result<Arguments>> emit_with_ack(std::string event, Arguments arguments, std::chrono::milliseconds timeout);
    /// `socket.as_volatile().emit(…)`: dropped if the client is behind.
    SocketEmit as_volatile();
    /// `socket.compress(false).emit(…)`: sent uncompressed even where compression is agreed on.
    SocketEmit compress(bool allowed);

    /// Does nothing for a room that it is in already, or beyond `limits::kRoomsPerSocketMax`. What a middleware joins
    /// reaches the socket once it is connected. It leaves all when it goes.
    void join(std::string_view room);
    void join(std::initializer_list<std::string_view> rooms);
    void leave(std::string_view room);
    std::vector<std::string> rooms() const;

    /// Broadcasts to others of this namespace: in a room, in none of one, or all.
    Broadcast to(Rooms rooms) const;
    Broadcast in(Rooms rooms) const;
    Broadcast except(Rooms rooms) const;
    Broadcast broadcast() const;

    /// Leaves the namespace, by itself for good: clients do not come back after it. With `close`, so do the client's
    /// sockets in the other namespaces, and the connection closes.
    void disconnect(bool close = false);

    /// Bytes that wait for this client: what a well-behaved producer looks at.
    std::size_t queued_bytes() const;
    /// Whether that is more than `limits::kOutboxVolatileBytesMax`: volatile events are dropped then.
    bool is_behind() const;

    // For adapters.
    /// The hot path of a broadcast: pushes references to one packet's frames. `droppable`: not if the client is behind.
    void deliver(std::span<const net::FramePtr> frames, bool droppable);
    /// Pushes a packet that asks for an ack of that id, which no other waiting packet of this socket may have.
    void deliver_with_ack(std::span<const net::FramePtr> frames, std::uint64_t ack_id,
                          std::chrono::milliseconds timeout, AckCallback callback);
    SocketInfo info() const;
    /// Ends its connection as if it had gone away: the client is back on another.
    void supersede();
    std::vector<RoomSlot>& room_slots() { return room_slots_; }
    const std::vector<RoomSlot>& room_slots() const { return room_slots_; }
    /// True once per `stamp`: lets a broadcast to several rooms reach each socket once.
    bool stamp(std::uint64_t stamp) { return std::exchange(stamp_, stamp) != stamp; }

  private:
    friend class internal::Client;
    friend class internal::NamespaceCore;
    friend class Ack;
    friend class SocketEmit;
    friend void internal::handler_failed(Socket&, const std::exception_ptr&);
    friend void internal::reject_payload(Socket&, Event, const FieldError&);
    friend void internal::visit_guarded(Socket&, const std::function<void(Socket&)>&);
    struct Rare;
    Socket(internal::Client& client, internal::NamespaceCore& nsp, boost::json::object auth);
    Sent send_event(const EncodedPacket& packet);
    void send(const EncodedPacket& packet);
    Rare& rare();
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
    std::unique_ptr<Rare> rare_; // what few sockets need
    std::uint64_t stamp_ = 0;
    bool connected_ = false;
    bool closing_ = false; // its disconnect handlers run
    bool recovered_ = false;
};

/// An event to one client that is sent in a special way. Used at once: `socket.as_volatile().emit("cursor", x, y)`.
class SocketEmit {
  public:
    explicit SocketEmit(Socket& socket) : socket_{socket} {}

    /// As the members of `Socket` of these names.
    SocketEmit& as_volatile() {
        volatile_ = true;
        return *this;
    }
    SocketEmit& compress(bool allowed) {
        compress_ = allowed;
        return *this;
    }
    Sent emit(std::string_view event, RawJson json);
    Sent emit(std::string_view event, const Arguments& arguments);
    template <class... T> Sent emit(std::string_view event, const T&... values) {
        return emit(event, arguments_of(values...));
    }

  private:
    Sent send(EncodedPacket packet);

    Socket& socket_;
    bool volatile_ = false;
    bool compress_ = true;
};

/// Answers one event. Move-only; the first call counts; nothing happens when the client wants no ack or is gone.
/// Call it on the socket's shard, at once or later.
class Ack {
  public:
    Ack() = default;
    Ack(const std::shared_ptr<Socket>& socket, std::uint64_t id) : socket_{socket}, id_{id}, wanted_{true} {}
    Ack(Ack&& other) noexcept
        : socket_{std::move(other.socket_)}, id_{other.id_}, wanted_{std::exchange(other.wanted_, false)} {}
    Ack& operator=(Ack&& other) noexcept {
        socket_ = std::move(other.socket_);
        id_ = other.id_;
        wanted_ = std::exchange(other.wanted_, false);
        return *this;
    }

    /// Whether the client asked for an ack that has not been given yet.
    explicit operator bool() const { return wanted_; }
    void operator()(RawJson json);
    void operator()(const Arguments& arguments);
    /// Typed arguments (payload.hpp).
    template <class... T> void operator()(const T&... values) {
        if (wanted_) (*this)(arguments_of(values...));
    }

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
