#pragma once
#include "engineio/engine.hpp"
#include "net/http/server.hpp"
#include "runtime/shard.hpp"
#include "socketio/adapter.hpp"
#include "socketio/namespace.hpp"
#include "socketio/socket.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <string_view>

namespace hubbub::socketio {

/// Which names are of children of a parent, and who may make them: `auth` is the payload of the CONNECT packet. Runs on
/// the first shard.
using NamespaceMatch = std::function<bool(std::string_view name, const boost::json::object& auth)>;

/// Everything that an application may set about a server.
struct Options {
    engineio::Options engine;
    std::chrono::milliseconds connect_timeout = limits::kConnectTimeout;
    /// Lets clients that come back soon have what they missed. Off: costs nothing.
    std::optional<Recovery> recovery = {};
    /// Drops a child namespace when its last socket has gone, with what it keeps for recovery. References to it are
    /// good while one of its sockets is.
    bool remove_empty_children = false;
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

    /// The namespace of that name, made on first use; the `/` in front may be left out. Before the shards start only.
    /// Throws std::invalid_argument for a name that no client could ask for: with a comma or a question mark, over
    /// `limits::kNamespaceBytesMax`, or not UTF-8.
    Namespace& of(std::string_view name);
    /// A parent: each namespace that a client asks for, that `of` has not made and whose whole name matches, is made
    /// then, with the handlers registered here. At most `limits::kChildNamespacesMax` at a time; further ones are
    /// refused as invalid, and counted. Before the shards start only.
    Handlers& of(const std::regex& names);
    Handlers& of(NamespaceMatch match);
    /// How many there are. Any thread.
    std::size_t child_namespaces() const;
    /// How many were refused because there were too many. Any thread.
    std::uint64_t child_namespaces_refused() const;
    /// Clients that were closed since the start because `limits::kConnectErrorsMax` of their CONNECTs were refused.
    std::uint64_t clients_refused() const;

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
