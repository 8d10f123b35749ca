#pragma once
#include "base/callback.hpp"
#include "engineio/options.hpp"
#include "engineio/poll_payloads.hpp"
#include "engineio/session.hpp"
#include "net/http/server.hpp"
#include "runtime/shard.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace hubbub::engineio {

/// Called for each new session, on its shard; the answer receives what happens in it. What is sent meanwhile follows
/// the open packet.
class Application {
  public:
    virtual ~Application() = default;
    virtual std::unique_ptr<SessionHandler> on_session(Session& session) = 0;
};

/// Counts since the start, read on the engine's shard.
struct Counters {
    std::uint64_t opened = 0;
    std::uint64_t closed = 0;
    std::uint64_t opened_websocket = 0; ///< of `opened`, those that began as WebSocket
    std::uint64_t closed_websocket = 0; ///< of `closed`, those that ended as WebSocket
    std::uint64_t upgraded = 0;
    std::uint64_t refused = 0;
    std::uint64_t ping_timeouts = 0;
    std::uint64_t parse_errors = 0;
    std::uint64_t slow_consumers = 0;
    std::uint64_t compressed_polls = 0;      ///< answers that left in gzip
    std::uint64_t polling_bytes_read = 0;    ///< bodies of POSTs
    std::uint64_t polling_bytes_written = 0; ///< bodies of poll answers
};

/// Engine.IO of one shard: verifies requests, makes sessions, finds them again by their sid.
///
/// A sid names its shard, so a request that the kernel gave to another shard moves there with its connection.
class Engine {
  public:
    Engine(runtime::Shard& shard, const Options& options, Application& application);
    ~Engine();

    /// The HTTP server of shard `index`, for requests whose session lives there. Before the shards start.
    void attach(std::size_t index, net::http::Server& server);

    /// Whether the path is Engine.IO's.
    bool matches(std::string_view path) const { return path.starts_with(options_.path); }
    /// Answers a request whose path matches.
    void handle(const std::shared_ptr<net::http::Exchange>& exchange);

    /// Closes every session and begins no other: what is queued leaves, then the close. `done` runs when the last
    /// connection has ended, after `limits::kCloseLinger` at the latest.
    void close(Callback<void()> done = {});

    /// The CORS headers that the answer to `request` has to carry.
    void add_cors(const net::http::Request& request, net::http::Fields& headers) const;

    runtime::Shard& shard() { return shard_; }
    const Options& options() const { return options_; }
    Counters& counters() { return counters_; }
    const Counters& counters() const { return counters_; }
    std::size_t sessions() const { return sessions_.size(); }

  private:
    friend class Session;
    using SessionPtr = std::shared_ptr<Session>;
    // Sessions by their sid, which they hold themselves: a session costs one small node.
    static std::string_view sid_of(const SessionPtr& session) { return session->sid(); }
    static std::string_view sid_of(std::string_view sid) { return sid; }
    struct HashSid {
        using is_transparent = void;
        std::size_t operator()(const auto& of) const noexcept { return std::hash<std::string_view>{}(sid_of(of)); }
    };
    struct EqualSid {
        using is_transparent = void;
        bool operator()(const auto& a, const auto& b) const noexcept { return sid_of(a) == sid_of(b); }
    };

    void handle_verified(const std::shared_ptr<net::http::Exchange>& exchange);
    void handle_new(const std::shared_ptr<net::http::Exchange>& exchange, bool websocket);
    void open_session(const std::shared_ptr<net::http::Exchange>& exchange, bool websocket,
                      std::unique_ptr<Ticket> ticket);
    void handle_existing(const std::shared_ptr<net::http::Exchange>& exchange, std::string_view sid, bool mismatch);
    bool has_cors() const { return !options_.cors.origins.empty() || options_.cors.allows; }
    bool answer_cors(net::http::Exchange& exchange);
    /// The headers of a session's answer: CORS, and what the application adds. `began`: the session that it begins.
    void add_headers(const net::http::Request& request, net::http::Fields& headers, const Session* began = nullptr);
    /// Answers a poll with what is queued, compressed where that is worth it and the client takes it.
    void fill_poll(const net::http::Request& request, const std::vector<net::FramePtr>& queue,
                   net::http::Response& response);
    void refuse(net::http::Exchange& exchange, int code, std::string_view message = {});
    void report(const net::http::Request& request, int code, std::string_view message);
    std::array<char, Session::kSidLength> make_sid() const;
    /// Takes a closed session out; it is destroyed at the end of what is running now.
    void forget(Session& session);

    runtime::Shard& shard_;
    const Options options_;
    Application& application_;
    std::vector<net::http::Server*> servers_;
    std::unordered_set<SessionPtr, HashSid, EqualSid> sessions_;
    Counters counters_;
    net::FramePtr ping_;
    PollPayloads payloads_;
    bool closing_ = false;
    Callback<void()> closed_; ///< runs once there is no session left
};

} // namespace hubbub::engineio
