#pragma once
#include "base/callback.hpp"
#include "base/limits.hpp"
#include "net/http/message.hpp"
#include "net/websocket/peer.hpp"
#include "runtime/shard.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hubbub::engineio {

/// Cross-origin rules. No `origins` and no `allows`: no CORS header is ever sent.
struct Cors {
    std::vector<std::string> origins = {}; ///< exact origins, or the single entry `*`
    /// Whether a page of that origin may; asked about those that `origins` does not name.
    std::function<bool(std::string_view origin)> allows = {};
    bool credentials = false;                         ///< never with `*`
    std::vector<std::string> exposed_headers = {};    ///< that a page may read
    std::optional<std::chrono::seconds> max_age = {}; ///< for which a browser need not ask again
};

/// A cookie with the session id, for load balancers that route by one. Set by the answer to a handshake only.
struct Cookie {
    std::string name = "io";
    std::string path = "/";
    std::string domain = {};                          ///< left out when empty
    std::optional<std::chrono::seconds> max_age = {}; ///< none: until the browser ends
    std::string same_site = "Lax";                    ///< `Lax`, `Strict` or `None`; left out when empty
    bool http_only = true;
    bool secure = false;
};

/// What an application holds for a session from its handshake on, such as a seat among so many. Lives on the session's
/// shard, and is destroyed with the session.
class Ticket {
  public:
    virtual ~Ticket() = default;
    /// The session is in use: Socket.IO has connected a namespace. At most once.
    virtual void on_connected() {}
};

/// The answer to `Options::allow_request`: `allow` or `refuse` once, at once or later, from any thread as long as the
/// shards live. What comes after the first answer, or after the client has gone, does nothing. Dropped without an
/// answer, it refuses.
class Admission {
  public:
    using Answer = Callback<void(std::optional<std::string> refusal, std::unique_ptr<Ticket> ticket)>;

    /// `answer` runs on `shard`.
    Admission(runtime::Shard& shard, Answer answer) : shard_{&shard}, answer_{std::move(answer)} {}
    Admission(Admission&&) = default;
    Admission& operator=(Admission&&) = delete;
    ~Admission() { refuse(); }

    void allow(std::unique_ptr<Ticket> ticket = {}) { give({}, std::move(ticket)); }
    /// The client gets error 4 with this message (status 403).
    void refuse(std::string message = "Forbidden") { give(std::move(message), {}); }

    /// The shard of the request, to come back to after asking elsewhere.
    runtime::Shard& shard() const { return *shard_; }

  private:
    void give(std::optional<std::string> refusal, std::unique_ptr<Ticket> ticket);

    runtime::Shard* shard_;
    Answer answer_;
};

/// A request that was refused before there was a session, or that named one in a way it must not.
struct ConnectionError {
    const net::http::Request& request; ///< lives until the hook returns
    int code;                          ///< of Engine.IO: 0 to 5
    std::string_view message;
};

/// Everything that an application may set. The functions run on the thread of the request's shard: on several threads
/// at once if there are several shards.
struct Options {
    std::string path = "/socket.io/"; ///< the slashes count
    std::chrono::milliseconds ping_interval = limits::kPingInterval;
    std::chrono::milliseconds ping_timeout = limits::kPingTimeout;
    std::chrono::milliseconds upgrade_timeout = limits::kUpgradeTimeout;
    std::size_t max_payload = limits::kMaxPayloadBytes; ///< of a POST (the HTTP server has a limit too) or message
    /// Of a client that does not read, how much may wait before its connection is closed. What one tick sends may be
    /// more: it counts only while the client has not taken it and the next ones come.
    std::size_t outbox_bytes_max = limits::kOutboxBytesMax;
    bool polling = true; ///< a transport that is off is unknown (error 0)
    bool websocket = true;
    bool allow_upgrades = true;   ///< from polling to websocket
    bool http_compression = true; ///< gzip of poll answers from limits::kDeflateThreshold bytes
    /// Compression of WebSocket messages for clients that offer it; none: never. A broadcast is compressed once.
    std::optional<net::websocket::Deflate> per_message_deflate = {};
    std::optional<Cookie> cookie = {}; ///< none: no cookie
    Cors cors = {};

    /// Whether a new session may begin. Requests of sessions that exist are not asked about.
    std::function<void(const net::http::Request& request, Admission admission)> allow_request = {};
    /// Adds headers to the answer that begins a session.
    std::function<void(const net::http::Request& request, net::http::Fields& headers)> initial_headers = {};
    /// Adds headers to every answer of a session, the first one too; not to errors.
    std::function<void(const net::http::Request& request, net::http::Fields& headers)> headers = {};
    /// Told of every error that a request got.
    std::function<void(const ConnectionError& error)> connection_error = {};
};

} // namespace hubbub::engineio
