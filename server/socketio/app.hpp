#pragma once
#include "runtime/shard.hpp"
#include "socketio/server.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace hubbub::socketio {

/// A whole program around a `Server`: threads, listeners, signals. For programs that serve nothing but Socket.IO.
class App {
  public:
    struct Options {
        std::string host = "127.0.0.1"; ///< numeric address
        std::uint16_t port = 3000;
        std::size_t threads = 1;
        socketio::Options socketio = {};
    };

    App(Options options, AdapterFactory adapter);
    ~App();

    /// A namespace, to be set up before `run`.
    Namespace& of(std::string_view name) { return server_.of(name); }

    /// Listens, then serves until SIGINT, SIGTERM or `stop`. Throws boost::system::system_error if the address is
    /// taken.
    void run();
    /// Any thread.
    void stop();

  private:
    class RequestHandler;
    const Options options_;
    runtime::Shards shards_;
    Server server_;
    std::unique_ptr<RequestHandler> handler_;
};

} // namespace hubbub::socketio
