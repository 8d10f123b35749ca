#pragma once
#include "engineio/options.hpp"
#include "engineio/session.hpp"
#include "net/http/server.hpp"
#include "runtime/shard.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hubbub::engineio {

/// Called for each new session, on its shard; the answer receives what happens in it.
class Application {
  public:
    virtual ~Application() = default;
    virtual std::unique_ptr<SessionHandler> on_session(Session& session) = 0;
};

/// Counts since the start, read on the engine's shard.
struct Counters {
    std::uint64_t opened = 0;
    std::uint64_t closed = 0;
    std::uint64_t upgraded = 0;
    std::uint64_t refused = 0;
    std::uint64_t ping_timeouts = 0;
    std::uint64_t parse_errors = 0;
    std::uint64_t slow_consumers = 0;
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

    void close_all(CloseReason reason);

    runtime::Shard& shard() { return shard_; }
    const Options& options() const { return options_; }
    Counters& counters() { return counters_; }
    const Counters& counters() const { return counters_; }
    std::size_t sessions() const { return sessions_.size(); }

  private:
    friend class Session;
    void handle_verified(const std::shared_ptr<net::http::Exchange>& exchange);
    void handle_new(const std::shared_ptr<net::http::Exchange>& exchange, bool websocket);
    void handle_existing(const std::shared_ptr<net::http::Exchange>& exchange, std::string_view sid, bool mismatch);
    bool answer_cors(net::http::Exchange& exchange);
    void add_cors(const net::http::Request& request, net::http::Fields& headers) const;
    void refuse(net::http::Exchange& exchange, int code);
    std::array<char, Session::kSidLength> make_sid() const;
    /// Takes a closed session out; it is destroyed at the end of what is running now.
    void forget(Session& session);

    runtime::Shard& shard_;
    const Options options_;
    Application& application_;
    std::vector<net::http::Server*> servers_;
    std::unordered_map<std::string_view, std::shared_ptr<Session>> sessions_; // keys point into the sessions
    Counters counters_;
    net::FramePtr ping_;
};

} // namespace hubbub::engineio
