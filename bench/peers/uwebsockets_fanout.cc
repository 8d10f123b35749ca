// The fan-out on uWebSockets' own publish: no Socket.IO server, only as much of it as makes hubbub_load's WebSocket
// clients feel at home (fixed answers, no acks, no JSON). Built by bench/run from a checkout that the caller gives; no
// part of the CMake build, nor of what checks that.
// Usage: uwebsockets_fanout --port N
#include "App.h"

#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view kOpen =
    R"(0{"sid":"uws","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})";
constexpr std::string_view kSend = R"(42["send_message",)";

} // namespace

int main(int argc, char** argv) {
    if (argc != 3 || std::strcmp(argv[1], "--port") != 0) return 2;
    struct Nothing {};

    uWS::App app;
    auto on_message = [&app](auto* socket, std::string_view message, uWS::OpCode) {
        if (message.starts_with(kSend)) {
            std::string event = R"(42["new_message",)";
            app.publish("everyone", event.append(message.substr(kSend.size())), uWS::OpCode::TEXT);
        } else {
            socket->send(R"(40{"sid":"uws"})", uWS::OpCode::TEXT);
            socket->subscribe("everyone");
        }
    };
    app.ws<Nothing>("/socket.io/", {.compression = uWS::DISABLED,
                                    .maxPayloadLength = 1'000'000,
                                    .idleTimeout = 0,
                                    .maxBackpressure = 4 * 1024 * 1024,
                                    .sendPingsAutomatically = false,
                                    .open = [](auto* socket) { socket->send(kOpen, uWS::OpCode::TEXT); },
                                    .message = on_message});
    app.listen("127.0.0.1", std::atoi(argv[2]), [](auto* listener) {
        if (listener == nullptr) std::exit(1);
    });
    app.run();
}
