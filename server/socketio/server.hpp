#pragma once
#include "engineio/engine.hpp"
#include "net/http/server.hpp"
#include "runtime/shard.hpp"
#include "socketio/adapter.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/socket.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hubbub::socketio {

/// Refuses a connection: the client gets `connect_error` with this message and data.
struct ConnectError {
    std::string message;
    boost::json::value data = nullptr; ///< left out when null
};

/// How a middleware goes on: with nothing to let the socket pass, or with an error to refuse it. Call it once, on the
/// socket's shard, at once or later. A `Next` dropped uncalled refuses the socket.
using Next = Callback<void(std::optional<ConnectError>)>;

using Middleware = std::function<void(std::shared_ptr<Socket>, Next)>;
using ConnectionHandler = std::function<void(Socket&)>;
using DisconnectHandler = std::function<void(Socket&, DisconnectReason)>;
using EventHandler = std::function<void(Socket&, Event)>;

/// A namespace. Handlers are registered once, before the server listens, and serve every socket; they run on the
/// socket's shard.
class Namespace {
  public:
    virtual ~Namespace() = default;
    virtual const std::string& name() const = 0;

    /// Runs before a socket is connected, in order of registration.
    virtual void use(Middleware middleware) = 0;
    /// The socket is connected (its CONNECT answer is queued) and in no room but its own.
    virtual void on_connection(ConnectionHandler handler) = 0;
    /// The socket is about to leave its rooms.
    virtual void on_disconnecting(DisconnectHandler handler) = 0;
    virtual void on(std::string event, EventHandler handler) = 0;
    /// Events that no `on` names.
    virtual void on_any(EventHandler handler) = 0;

    virtual Broadcast to(std::string_view room) = 0;
    virtual Broadcast broadcast() = 0; ///< all sockets of the namespace
    virtual Adapter& adapter() = 0;
    /// Connected sockets of `shard`; on that shard's thread.
    virtual std::size_t sockets(const runtime::Shard& shard) const = 0;
};

struct Options {
    engineio::Options engine;
    std::chrono::milliseconds connect_timeout = limits::kConnectTimeout;
    /// The bundles of socket.io-client (its dist/), served under the engine's path, e.g. as /socket.io/socket.io.js.
    /// Empty: not served.
    std::filesystem::path client_directory = {};
};

/// A Socket.IO v4 server over all shards. Set up namespaces, then give each shard's HTTP requests to `handle`.
class Server {
  public:
    /// Throws std::runtime_error if `client_directory` has no bundles.
    Server(runtime::Shards& shards, AdapterFactory adapter, Options options = {});
    ~Server();

    /// The namespace of that name, made on first use. Before the shards start only.
    Namespace& of(std::string_view name);

    /// Tells the engine which HTTP server serves shard `index`, so that a request can move to its session's shard.
    void attach(std::size_t index, net::http::Server& http);

    /// Takes the request if its path is Engine.IO's; false otherwise. On `exchange`'s shard.
    bool handle(const std::shared_ptr<net::http::Exchange>& exchange);

    /// The server shuts down, from any thread: no new session begins, every connection closes after what is queued.
    /// Clients see a lost connection and not a disconnect, so that they reconnect to whoever serves next. `done` runs
    /// on a shard once every connection has ended, after `limits::kCloseLinger` at the latest. Once.
    void close(Callback<void()> done = {});
    /// What happened to the Engine.IO sessions of `shard`. On that shard.
    const engineio::Counters& counters(const runtime::Shard& shard) const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace hubbub::socketio
