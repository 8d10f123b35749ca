#include "features.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace hubbub::conformance {
namespace {

using namespace std::chrono_literals;
using socketio::Arguments;
using socketio::Event;
using socketio::Socket;

std::string take_first(Arguments& arguments) {
    const auto* text = arguments.values.empty() ? nullptr : arguments.values.front().if_string();
    if (!text) return {};
    std::string first{*text};
    arguments.values.erase(arguments.values.begin());
    return first;
}

void refuse_who_asks_for_it(const std::shared_ptr<Socket>& socket, socketio::Next next) {
    const auto* wish = socket->auth().if_contains("refuse");
    if (!wish) return next(std::nullopt);
    next(socketio::ConnectError{"refused", *wish});
}

void ask_back(Socket& socket, Event event) {
    auto answered = [asked = socket.weak_from_this()](error_code error, Arguments answer) {
        const auto asker = asked.lock();
        if (asker && !error) asker->emit("answered", answer);
    };
    socket.emit_with_ack("question", event.arguments, 2s, std::move(answered));
}

} // namespace

void set_up_features(socketio::Server& server) {
    socketio::Namespace& features = server.of("/features");
    features.use(refuse_who_asks_for_it);
    features.on("ask", ask_back);
    features.on("burst", [](Socket& socket, int count, std::size_t bytes) {
        for (int i = 0; i < count; ++i) socket.emit("part", std::string(bytes, 'x'));
        return true;
    });
    for (const char* name : {"1", "1.5", "-7"}) features.on(name, [](Socket&, Event event) { event.ack(event.name); });
    features.on("disconnect-me", [](Socket& socket, Event event) {
        const auto& values = event.arguments.values;
        socket.disconnect(!values.empty() && values.front() == true);
    });
    features.on("join", [](Socket& socket, Event event) {
        socket.join(take_first(event.arguments));
        event.ack(Arguments{});
    });
    features.on("leave", [](Socket& socket, Event event) {
        socket.leave(take_first(event.arguments));
        event.ack(Arguments{});
    });
    features.on("to-room", [](Socket& socket, Event event) {
        const std::string room = take_first(event.arguments);
        socket.to(room).emit("from-room", event.arguments);
    });
    features.on("to-all",
                [&features](Socket&, Event event) { features.broadcast().emit("from-all", event.arguments); });
    features.on("volatile-to-all", [&features](Socket&, Event event) {
        features.broadcast().as_volatile().emit("from-all", event.arguments);
    });
    features.on("to-me", [](Socket& socket, Event event) { socket.emit("from-me", event.arguments); });
    features.on("remember", [](Socket& socket, boost::json::value value) {
        socket.data() = std::move(value);
        return true;
    });
    features.on("recall", [](std::shared_ptr<Socket> socket) -> Task<boost::json::value> {
        const auto* value = socket->data_as<boost::json::value>();
        co_return boost::json::array{value == nullptr ? boost::json::value(nullptr) : *value, socket->recovered()};
    });
    features.on_disconnecting([&features](Socket& socket, socketio::DisconnectReason reason) {
        Arguments who;
        who.values = {socket.id(), to_string(reason)};
        features.broadcast().emit("left", who);
    });
}

} // namespace hubbub::conformance
