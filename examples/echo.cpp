// Sends every `message` back, and acknowledges it when asked.
#include <hubbub/adapters/local/local_adapter.hpp>
#include <hubbub/socketio/app.hpp>

using namespace hubbub;

int main() {
    socketio::App app{{.port = 3000}, adapters::local()};
    app.of("/").on("message", [](socketio::Socket& socket, socketio::Event event) {
        socket.emit("message", event.arguments);
        event.ack(event.arguments);
    });
    app.run();
}
