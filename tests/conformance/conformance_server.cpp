// The server that the public protocol suites of Engine.IO and Socket.IO ask for, and our own conformance tests use.
#include "adapters/local/local_adapter.hpp"
#include "engineio/engine.hpp"
#include "features.hpp"
#include "socketio/server.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <cstdio>
#include <memory>
#include <vector>

namespace {

using namespace hubbub;
using namespace std::chrono_literals;

/// Engine.IO alone: every message comes back.
class Echo final : public engineio::SessionHandler {
  public:
    explicit Echo(engineio::Session& session) : session_{session} {}
    void on_text(std::string_view data) override {
        session_.send(net::Frame::make(net::Frame::Kind::text, {"4", data}));
    }
    void on_binary(std::string_view data) override {
        session_.send(net::Frame::make(net::Frame::Kind::binary, {data}));
    }
    void on_close(engineio::CloseReason) override {}

  private:
    engineio::Session& session_;
};

class EchoApplication final : public engineio::Application {
  public:
    std::unique_ptr<engineio::SessionHandler> on_session(engineio::Session& session) override {
        return std::make_unique<Echo>(session);
    }
};

class EngineHandler final : public net::http::Handler {
  public:
    EngineHandler(runtime::Shard& shard, const engineio::Options& options) : engine_{shard, options, application_} {}
    void handle(std::shared_ptr<net::http::Exchange> exchange) override {
        if (engine_.matches(exchange->request().path)) return engine_.handle(exchange);
        exchange->respond(net::http::text_response(404, "Not found"));
    }
    engineio::Engine& engine() { return engine_; }

  private:
    EchoApplication application_;
    engineio::Engine engine_;
};

class SocketHandler final : public net::http::Handler {
  public:
    explicit SocketHandler(socketio::Server& server) : server_{server} {}
    void handle(std::shared_ptr<net::http::Exchange> exchange) override {
        if (!server_.handle(exchange)) exchange->respond(net::http::text_response(404, "Not found"));
    }

  private:
    socketio::Server& server_;
};

void set_up(socketio::Server& server) {
    const auto greet = [](socketio::Socket& socket) {
        socketio::Arguments auth;
        auth.values.push_back(socket.auth());
        socket.emit("auth", auth);
    };
    server.of("/").on_connection(greet);
    server.of("/custom").on_connection(greet);
    for (const char* name : {"/", "/custom"}) {
        server.of(name).on("message", [](socketio::Socket& socket, socketio::Event event) {
            socket.emit("message-back", event.arguments);
        });
        server.of(name).on("message-with-ack",
                           [](socketio::Socket&, socketio::Event event) { event.ack(event.arguments); });
    }
}

} // namespace

int main(int argc, char** argv) {
    std::uint16_t engineio_port = 0;
    std::uint16_t socketio_port = 0;
    // The public suites race two connections and expect them to be served in the order they were opened.
    std::size_t threads = 1;
    CLI::App arguments{"Server for the protocol suites"};
    arguments.add_option("--engineio-port", engineio_port)->required();
    arguments.add_option("--socketio-port", socketio_port)->required();
    arguments.add_option("--threads", threads)->capture_default_str();
    CLI11_PARSE(arguments, argc, argv);

    engineio::Options engine_options;
    engine_options.path = "/engine.io/";
    engine_options.ping_interval = 300ms;
    engine_options.ping_timeout = 200ms;
    engine_options.cors.origins = {"*"};
    socketio::Options socket_options{.engine = engine_options, .connect_timeout = 1000ms};
    socket_options.engine.path = "/socket.io/";

    runtime::Shards shards{threads};
    socketio::Server server{shards, adapters::local(), socket_options};
    set_up(server);
    hubbub::conformance::set_up_features(server);
    SocketHandler socket_handler{server};
    std::vector<std::unique_ptr<EngineHandler>> engine_handlers;
    std::vector<std::unique_ptr<net::http::Server>> listeners;
    const auto listen = [&](runtime::Shard& shard, net::http::Handler& handler,
                            std::uint16_t port) -> net::http::Server& {
        listeners.push_back(net::http::make_server(shard, handler));
        listeners.back()->listen({boost::asio::ip::make_address("127.0.0.1"), port});
        return *listeners.back();
    };
    for (std::size_t i = 0; i < threads; ++i)
        engine_handlers.push_back(std::make_unique<EngineHandler>(shards[i], engine_options));
    for (std::size_t i = 0; i < threads; ++i) {
        server.attach(i, listen(shards[i], socket_handler, socketio_port));
        net::http::Server& engine_listener = listen(shards[i], *engine_handlers[i], engineio_port);
        for (auto& handler : engine_handlers) handler->engine().attach(i, engine_listener);
    }
    boost::asio::signal_set signals{shards[0].io(), SIGINT, SIGTERM};
    signals.async_wait([&](const error_code& error, int) {
        if (!error) shards.request_stop();
    });
    std::puts("ready");
    std::fflush(stdout);
    shards.run();
}
