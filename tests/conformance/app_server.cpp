// A program on socketio::App with other HTTP routes beside Socket.IO, for app.test.js.
#include "adapters/local/local_adapter.hpp"
#include "socketio/app.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <stdexcept>

using namespace hubbub;

namespace {

/// POST /echo is answered later; nothing else is here.
void answer_the_rest(std::shared_ptr<net::http::Exchange> exchange) {
    if (exchange->request().path != "/echo") return exchange->respond(net::http::text_response(404, "Nothing here"));
    runtime::Shard& shard = exchange->shard();
    shard.post([exchange = std::move(exchange)] {
        exchange->respond(net::http::text_response(201, exchange->request().method + exchange->request().body));
    });
}

} // namespace

int main(int argc, char** argv) {
    socketio::App::Options options;
    bool fallback = false;
    net::TlsContext::Files tls;
    CLI::App arguments{"Socket.IO beside other routes"};
    arguments.add_option("--port", options.port)->required();
    arguments.add_option("--threads", options.threads);
    arguments.add_flag("--fallback", fallback);
    arguments.add_option("--certificate", tls.certificate);
    arguments.add_option("--key", tls.key);
    CLI11_PARSE(arguments, argc, argv);
    if (!tls.certificate.empty()) options.tls = tls;

    socketio::App app{options, adapters::local()};
    app.of("/").on("echo", [](socketio::Socket&, socketio::Event event) { event.ack(event.arguments); });
    app.get("/healthz", [](const net::http::Request&) { return net::http::json_response(200, R"({"ok":true})"); });
    app.get("/broken", [](const net::http::Request&) -> net::http::Response { throw std::runtime_error{"broken"}; });
    if (fallback) app.fallback(answer_the_rest);
    std::puts("starting");
    std::fflush(stdout);
    app.run();
    std::puts("ended");
}
