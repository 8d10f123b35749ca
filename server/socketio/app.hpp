#pragma once
#include "net/http/server.hpp"
#include "net/tls.hpp"
#include "runtime/shard.hpp"
#include "socketio/server.hpp"

#include <boost/asio/signal_set.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::socketio {

/// A whole program around a `Server`: threads, listeners, signals, and other HTTP routes beside Socket.IO.
/// A program with an HTTP server of its own gives its requests to `Server::handle` instead.
class App {
  public:
    struct Options {
        std::string host = "127.0.0.1"; ///< numeric address
        std::uint16_t port = 3000;      ///< 0: the system chooses; the log line `listening` names it
        std::size_t threads = 1;
        std::optional<net::TlsContext::Files> tls = {}; ///< certificate and key; none: plain HTTP
        socketio::Options socketio = {};
    };
    /// Answers a request at once.
    using Route = std::function<net::http::Response(const net::http::Request& request)>;
    /// Answers a request now or later, on its shard.
    using Fallback = std::function<void(std::shared_ptr<net::http::Exchange> exchange)>;

    App(Options options, AdapterFactory adapter);
    ~App();

    /// A namespace, to be set up before `run`.
    Namespace& of(std::string_view name) { return server_.of(name); }
    Server& server() { return server_; }

    /// Answers GET and HEAD of exactly that path, percent-decoded. Before `run`. Routes run on the thread of the
    /// request's shard: on several at once if there are several.
    void get(std::string path, Route route);
    /// Gets every request that is neither Socket.IO's nor a route's, instead of a 404. Before `run`.
    void fallback(Fallback handler);

    /// Listens, then serves until SIGINT, SIGTERM or `stop`. Throws boost::system::system_error if the address is
    /// taken, and std::runtime_error if certificate and key cannot be used. With TLS, SIGHUP reads both again for new
    /// connections; if they cannot be used then, that is logged, and the ones before stay.
    void run();
    /// Any thread: takes no new connection, closes the others in good order (`Server::close`), and lets `run` return. A
    /// second signal does not wait for that.
    void stop();

  private:
    class RequestHandler;
    void renew_on_hangup(boost::asio::signal_set& hangup);
    const Options options_;
    runtime::Shards shards_;
    Server server_;
    std::unique_ptr<RequestHandler> handler_;
    std::vector<std::unique_ptr<net::http::Server>> listeners_;
};

} // namespace hubbub::socketio
