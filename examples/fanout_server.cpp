// Every client is in one room: what one sends as `send_message`, all receive as `new_message`. GET /counters says how
// many clients were too slow for that, on the shard that answers. Usage: fanout_server [--port N] [--threads N]
#include <CLI/CLI.hpp>
#include <hubbub/adapters/local/local_adapter.hpp>
#include <hubbub/socketio/app.hpp>

using namespace hubbub;

int main(int argc, char** argv) {
    socketio::App::Options options;
    CLI::App arguments{"Broadcasts every send_message to all clients as new_message"};
    arguments.add_option("--port", options.port, "TCP port on 127.0.0.1")->capture_default_str();
    arguments.add_option("--threads", options.threads, "Shards")->capture_default_str();
    CLI11_PARSE(arguments, argc, argv);

    socketio::App app{options, adapters::local()};
    socketio::Namespace& main = app.of("/");
    main.on_connection([](socketio::Socket& socket) { socket.join("everyone"); });
    main.on("send_message", [&main](socketio::Socket&, socketio::Event event) {
        main.to("everyone").emit("new_message", event.arguments);
        event.ack(socketio::RawJson{R"({"ok":true})"});
    });
    app.fallback([&app](const std::shared_ptr<net::http::Exchange>& exchange) {
        if (exchange->request().path != "/counters")
            return exchange->respond(net::http::text_response(404, "Not found"));
        const auto slow = app.server().counters(exchange->shard()).slow_consumers;
        exchange->respond(net::http::text_response(200, R"({"slowConsumers":)" + std::to_string(slow) + "}"));
    });
    app.run();
}
