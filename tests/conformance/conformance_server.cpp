// The server that the public protocol suites of Engine.IO and Socket.IO ask for, and our own conformance tests use.
#include "adapters/local/local_adapter.hpp"
#include "engine_echo.hpp"
#include "engine_options.hpp"
#include "features.hpp"
#include "socketio/server.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/serialize.hpp>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <memory>
#include <vector>

namespace {

using namespace hubbub;
using namespace std::chrono_literals;

constexpr const char* kPage =
    "<!doctype html><title>conformance</title><link rel=icon href=data:,><script src=/socket.io/socket.io.js></script>";

/// Socket.IO, and beside it a page that has the client, and what happened to the server.
class SocketHandler final : public net::http::Handler {
  public:
    SocketHandler(socketio::Server& server, conformance::ErrorLog& errors) : server_{server}, errors_{errors} {}

    void handle(std::shared_ptr<net::http::Exchange> exchange) override {
        if (!server_.handle(exchange)) exchange->respond(respond(exchange->request().path, exchange->shard()));
    }

  private:
    net::http::Response respond(const std::string& path, const runtime::Shard& shard) const {
        if (path == "/page") {
            net::http::Response page;
            page.headers.add("Content-Type", "text/html");
            page.body = kPage;
            return page;
        }
        if (path == "/connection-errors") return net::http::json_response(200, boost::json::serialize(errors_.take()));
        if (path == "/counters") { // of this shard: ask a server of one
            const engineio::Counters& counters = server_.counters(shard);
            const boost::json::object object{{"opened", counters.opened},
                                             {"closed", counters.closed},
                                             {"refused", counters.refused},
                                             {"upgraded", counters.upgraded},
                                             {"pingTimeouts", counters.ping_timeouts},
                                             {"compressedPolls", counters.compressed_polls}};
            return net::http::json_response(200, boost::json::serialize(object));
        }
        return net::http::text_response(404, "Not found");
    }

    socketio::Server& server_;
    conformance::ErrorLog& errors_;
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
    std::string client_directory;
    CLI::App arguments{"Server for the protocol suites"};
    arguments.add_option("--engineio-port", engineio_port)->required();
    arguments.add_option("--socketio-port", socketio_port)->required();
    arguments.add_option("--threads", threads)->capture_default_str();
    arguments.add_option("--client-directory", client_directory, "dist/ of socket.io-client");
    const conformance::EngineOptions engine_arguments{arguments};
    bool recovery = false;
    int connect_timeout_ms = 1000;
    arguments.add_option("--connect-timeout", connect_timeout_ms)->capture_default_str();
    arguments.add_flag("--recovery", recovery, "Socket.IO connections may be recovered");
    CLI11_PARSE(arguments, argc, argv);

    conformance::ErrorLog errors;
    engineio::Options engine_options = engine_arguments.get(errors);
    socketio::Options socket_options{.engine = engine_options,
                                     .connect_timeout = std::chrono::milliseconds{connect_timeout_ms}};
    socket_options.client_directory = client_directory;
    engine_options.path = "/engine.io/";

    if (recovery) socket_options.recovery.emplace();
    runtime::Shards shards{threads};
    socketio::Server server{shards, adapters::local(), socket_options};
    set_up(server);
    conformance::set_up_features(server);
    SocketHandler socket_handler{server, errors};
    std::vector<std::unique_ptr<conformance::EngineHandler>> engine_handlers;
    std::vector<std::unique_ptr<net::http::Server>> listeners;
    const auto listen = [&](runtime::Shard& shard, net::http::Handler& handler,
                            std::uint16_t port) -> net::http::Server& {
        listeners.push_back(
            net::http::make_server(shard, handler, net::http::default_timeouts(), engine_options.max_payload));
        listeners.back()->listen({boost::asio::ip::make_address("127.0.0.1"), port});
        return *listeners.back();
    };
    for (std::size_t i = 0; i < threads; ++i)
        engine_handlers.push_back(std::make_unique<conformance::EngineHandler>(shards[i], engine_options));
    for (std::size_t i = 0; i < threads; ++i) {
        server.attach(i, listen(shards[i], socket_handler, socketio_port));
        net::http::Server& engine_listener = listen(shards[i], *engine_handlers[i], engineio_port);
        for (auto& handler : engine_handlers) handler->engine().attach(i, engine_listener);
    }

    std::atomic<std::size_t> open = threads + 1;
    const auto end_one = [&] {
        if (--open == 0) shards.request_stop();
    };
    boost::asio::signal_set signals{shards[0].io(), SIGINT, SIGTERM};
    signals.async_wait([&](const error_code& error, int) {
        if (error) return;
        server.close(end_one);
        for (auto& handler : engine_handlers)
            handler->engine().shard().post([&, &engine = handler->engine()] { engine.close(end_one); });
    });
    std::puts("ready");
    std::fflush(stdout);
    shards.run();
}
