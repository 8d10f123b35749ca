#pragma once
#include "base/callback.hpp"
#include "net/connection_set.hpp"
#include "net/http/message.hpp"
#include "net/tls.hpp"
#include "net/websocket/peer.hpp"
#include "runtime/shard.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>

namespace hubbub::net::http {

class Server;

/// One request and the chance to answer it, now or later, on the shard of its connection.
/// Dropping it unanswered answers 500.
class Exchange {
  public:
    virtual ~Exchange() = default;

    virtual Request& request() = 0;
    virtual runtime::Shard& shard() = 0;

    /// Answers. Only the first call counts; after an abort it does nothing.
    virtual void respond(Response response) = 0;

    /// False once answered, upgraded, moved or aborted by the peer.
    virtual bool open() const = 0;

    /// `callback` runs if the peer goes away before the answer. At most once.
    virtual void on_abort(Callback<void()> callback) = 0;

    /// Completes the WebSocket handshake (RFC 6455, 4.2) with `extra` response headers and hands the connection to
    /// `handler`, or answers 400 / 426 by itself and returns null if the request is not a valid handshake.
    virtual std::shared_ptr<websocket::Peer>
    accept_websocket(websocket::Handler& handler, const websocket::Options& options, const Fields& extra = {}) = 0;

    /// Hands the connection, this request and the bytes behind it to `target`'s shard, whose handler then gets it as
    /// if it had arrived there. This exchange is over.
    virtual void move_to(Server& target) = 0;
};

/// Gets every request of a server. Called on the server's shard. `exchange` may be kept to answer later.
class Handler {
  public:
    virtual ~Handler() = default;
    /// Answers, or sees that it is answered later.
    virtual void handle(std::shared_ptr<Exchange> exchange) = 0;
};

/// Timeouts that an operator (or a test) may change; sizes are in base/limits.hpp.
struct Timeouts {
    std::chrono::milliseconds head;
    std::chrono::milliseconds body;
    std::chrono::milliseconds idle;
};
Timeouts default_timeouts();

/// Throws boost::system::system_error if somebody listens on `endpoint` already, or it cannot be had. `Server::listen`
/// does not find that out: with SO_REUSEPORT another process of the same user would take half of the clients.
void check_free(const boost::asio::ip::tcp::endpoint& endpoint);

/// HTTP/1.1 of one shard: accepts, parses (RFC 9112, Beast's parser behind our checks), keeps alive, one request at a
/// time per connection. Malformed input is answered (400, 413, 414, 431, 501, 505) and closed.
class Server {
  public:
    virtual ~Server() = default;

    /// Starts accepting on `endpoint` with SO_REUSEPORT, so that every shard has its own acceptor. Throws
    /// boost::system::system_error when the address cannot be had (start-up failure).
    virtual void listen(const boost::asio::ip::tcp::endpoint& endpoint) = 0;
    /// Connections from now on speak TLS with that context, the others go on: called before `listen`, and again when
    /// the certificate is renewed.
    virtual void set_tls(std::shared_ptr<const TlsContext> context) = 0;
    virtual runtime::Shard& shard() = 0;
    virtual std::size_t connections() const = 0;
    /// Where it listens, with the port that the kernel chose if 0 was asked for.
    virtual boost::asio::ip::tcp::endpoint endpoint() const = 0;
    /// For metrics; read it on the server's shard.
    virtual const Counters& counters() const = 0;
};

/// `body_bytes_max`: of a request; over it, 413. `handler` must outlive the server. The server must be destroyed on its
/// shard's thread or after the shard has ended.
std::unique_ptr<Server> make_server(runtime::Shard& shard, Handler& handler, Timeouts timeouts = default_timeouts(),
                                    std::size_t body_bytes_max = limits::kHttpBodyBytesMax);

} // namespace hubbub::net::http
