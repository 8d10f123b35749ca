#pragma once
#include "socketio/broadcast.hpp"
#include "socketio/handler.hpp"
#include "socketio/socket.hpp"

#include <boost/json/value.hpp>

#include <any>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace hubbub::socketio {

/// Why a middleware refuses. A refused connection gets `connect_error` with this message and data; for a refused event
/// see `Handlers::on_refused_event`.
struct ConnectError {
    std::string message;
    boost::json::value data = nullptr; ///< left out when null
};

/// How a middleware goes on: with nothing to let pass, or with an error to refuse. Call it once, on the socket's shard,
/// at once or later; a second call does nothing.
using Next = Callback<void(std::optional<ConnectError>)>;

/// For connections; a `Next` dropped uncalled refuses the socket.
using Middleware = std::function<void(std::shared_ptr<Socket>, Next)>;
/// For events; the event, which may be changed, lives until `Next` is called or dropped. Dropped uncalled, the event is
/// forgotten.
using EventMiddleware = std::function<void(Socket&, Event&, Next)>;
using DisconnectHandler = std::function<void(Socket&, DisconnectReason)>;
using AnyHandler = std::function<void(Socket&, const Event&)>;
using InvalidPayloadHandler = std::function<void(Socket&, Event, const FieldError&)>;
using RefusedEventHandler = std::function<void(Socket&, Event, const ConnectError&)>;
using DataView = std::function<boost::json::value(const std::any&)>;

/// What one shard saw of a namespace since the start. Read on that shard.
struct NamespaceCounters {
    std::size_t sockets = 0;              ///< connected now
    std::uint64_t volatile_dropped = 0;   ///< packets not sent to clients that were behind
    std::uint64_t payloads_invalid = 0;   ///< events whose payload their handler could not take
    std::uint64_t handlers_failed = 0;    ///< exceptions that left a handler
    std::uint64_t recovered = 0;          ///< clients that came back and missed nothing
    std::uint64_t recoveries_refused = 0; ///< clients that asked for it and had to start anew
};

namespace internal {
struct Behaviour;
}

/// What is to happen in a namespace. Registered once, before the shards start, and serves every socket; everything runs
/// on the socket's shard and must not block. An exception that leaves a handler is logged and closes that socket's
/// connection, nothing else.
class Handlers {
  public:
    /// Runs before a socket is connected, in order of registration.
    void use(Middleware middleware);
    /// Runs before each event is handled, in order of registration. When one goes on later than others, events
    /// overtake.
    void use_event(EventMiddleware middleware);

    /// The socket is connected (its CONNECT answer is queued) and in no room but its own, or in those it had if it is
    /// `recovered`. `void(Socket&)`, or a coroutine `Task<>(std::shared_ptr<Socket>)`.
    template <class F> void on_connection(F handler) {
        static_assert(boost::mp11::mp_empty<typename internal::Signature<F>::Arguments>::value);
        add_connection([handler = std::move(handler)](Socket& socket) {
            internal::call_handler(handler, socket.shared_from_this(), Ack{});
        });
    }

    /// Handles the event of that name; a later handler replaces an earlier one. A number that a client sends as a name
    /// is its text. Throws std::invalid_argument for a name that no event can have, such as `disconnect`, and for
    /// `connection`. `handler` is one of
    ///     void(Socket&, Event)        the event as it came, with its ack
    ///     void(Socket&, T…)           its arguments, decoded (payload.hpp)
    ///     R(Socket&, T…)              the same; what it returns is the ack, if the client asked for one
    ///     void(Socket&, T…, Ack)      the same; answers later
    /// or a coroutine of the same shapes that takes `std::shared_ptr<Socket>` and returns `Task<>` or `Task<R>`.
    template <class F> void on(std::string event, F handler) {
        add_event(std::move(event), internal::make_handler(std::move(handler)));
    }
    /// Sees every event that comes, before its handler.
    void on_any(AnyHandler handler);
    /// Handles the events that no `on` names.
    void on_unhandled(EventHandler handler);

    /// The payload of an event is not what its handler takes. Default: the ack, if asked for, is
    /// `{"error":{"code":"invalid_payload","field":"items[3].name","message":"items[3].name: expected string"}}`.
    void on_invalid_payload(InvalidPayloadHandler handler);
    /// An event middleware refused an event. Default: the ack, if asked for, is
    /// `{"error":{"code":"refused","message":…,"data":…}}`.
    void on_refused_event(RefusedEventHandler handler);

    /// The socket is about to leave its rooms.
    void on_disconnecting(DisconnectHandler handler);
    /// The socket has left its rooms.
    void on_disconnect(DisconnectHandler handler);

    /// Sets `engineio::Options::outbox_bytes_max` for the clients of this namespace. A client of several has the
    /// largest of theirs.
    void outbox_bytes_max(std::size_t bytes);

    /// How `fetch_sockets` shows `Socket::data`. Default: as it is if it holds JSON, otherwise null. Null, too, where
    /// `view` throws.
    void show_data(DataView view);
    /// `Socket::data` holds a `T`, a payload type.
    template <class T> void show_data() {
        show_data([](const std::any& data) {
            const T* held = std::any_cast<T>(&data);
            return held == nullptr ? boost::json::value(nullptr) : std::move(arguments_of(*held).values.front());
        });
    }

  protected:
    Handlers();
    Handlers(const Handlers&) = default;
    ~Handlers() = default;
    internal::Behaviour& behaviour() const { return *behaviour_; }

  private:
    void add_connection(std::function<void(Socket&)> handler);
    void add_event(std::string event, EventHandler handler);

    std::shared_ptr<internal::Behaviour> behaviour_; // a parent's is its children's
};

/// A namespace: its handlers, and ways to reach its sockets, which any thread may use.
class Namespace : public Handlers {
  public:
    virtual ~Namespace() = default;
    virtual const std::string& name() const = 0;

    Broadcast broadcast() const { return Broadcast{adapter(), name()}; } ///< to all sockets of the namespace
    Broadcast to(Rooms rooms) const { return broadcast().to(std::move(rooms)); }
    Broadcast in(Rooms rooms) const { return broadcast().to(std::move(rooms)); }
    Broadcast except(Rooms rooms) const { return broadcast().except(std::move(rooms)); }
    /// Sends an event to all sockets of the namespace, as `broadcast().emit`.
    template <class... T> void emit(std::string_view event, const T&... values) const {
        broadcast().emit(event, values...);
    }

    virtual Adapter& adapter() const = 0;
    /// On that shard.
    virtual const NamespaceCounters& counters(const runtime::Shard& shard) const = 0;

  protected:
    Namespace() = default;
    /// A child, which behaves as its parent.
    explicit Namespace(const Handlers& parent) : Handlers{parent} {}
};

} // namespace hubbub::socketio
