// The chapters of docs/guides/library.md as one program; tests/docs runs it. Usage: guide [PORT [CERTIFICATE KEY]]
#include <boost/asio/steady_timer.hpp>
#include <boost/describe.hpp>
#include <hubbub/adapters/local/local_adapter.hpp>
#include <hubbub/socketio/app.hpp>

#include <chrono>
#include <map>
#include <string>
#include <vector>

using namespace hubbub;
using namespace std::chrono_literals;

// Typed payloads
struct Post {
    std::string room;
    std::string text;
    std::optional<int> stars;
};
BOOST_DESCRIBE_STRUCT(Post, (), (room, text, stars))

std::optional<socketio::FieldError> check(const Post& post) {
    if (post.text.empty()) return socketio::FieldError{"text", "some text"};
    return {};
}

struct Receipt {
    std::string room;
    int stars = 0;
};
BOOST_DESCRIBE_STRUCT(Receipt, (), (room, stars))

struct User {
    std::string name;
};

namespace {

void rooms(socketio::Namespace& chat) {
    chat.on("join", [](socketio::Socket& socket, std::string room) {
        socket.join(room);
        socket.to(room).emit("joined", socket.id()); // to the others in it
        return socket.rooms().size();                // the ack
    });
    chat.on("leave", [](socketio::Socket& socket, std::string room) { socket.leave(room); });
    chat.on("say", [&chat](socketio::Socket&, std::string room, std::string text) {
        chat.to(room).emit("said", text); // to all in it, the sender too
    });
    chat.on("announce", [&chat](socketio::Socket&, std::vector<std::string> rooms, std::string text) {
        chat.to(rooms).emit("announced", text); // to nobody, should the list be empty
        auto others = chat.except(rooms);
        for (const std::string& room : rooms) others = others.except("friends of " + room);
        others.emit("announced elsewhere", text);
    });
}

void raw_events(socketio::Namespace& chat) {
    chat.on("echo", [](socketio::Socket& socket, socketio::Event event) {
        socket.emit("echo", event.arguments); // binary arguments too
        event.ack(event.arguments);
    });
    chat.on_unhandled([](socketio::Socket&, socketio::Event event) { event.ack("no such event: " + event.name); });
}

void typed_payloads(socketio::Namespace& chat) {
    chat.on("post", [&chat](socketio::Socket&, Post post) {
        chat.to(post.room).emit("post", post);
        return Receipt{.room = post.room, .stars = post.stars.value_or(0)};
    });
}

void answers_later(socketio::Namespace& chat) {
    chat.on("later", [](socketio::Socket& socket, std::string text, socketio::Ack ack) {
        // `ack` may be moved into whatever finishes the work, and called there, on this socket's shard.
        socket.shard().post([text = std::move(text), ack = std::move(ack)]() mutable { ack(text); });
    });
}

void coroutines(socketio::Namespace& chat) {
    chat.on("slow", [](std::shared_ptr<socketio::Socket> socket, int milliseconds) -> Task<std::string> {
        boost::asio::steady_timer timer{socket->shard().io(), std::chrono::milliseconds{milliseconds}};
        co_await timer.async_wait(boost::asio::use_awaitable);
        co_return "done";
    });
}

void asking_clients(socketio::Namespace& chat) {
    chat.on("ask-me", [](std::shared_ptr<socketio::Socket> socket) -> Task<std::string> {
        socketio::Arguments question = socketio::arguments_of("your name?");
        const auto answer = co_await socket->emit_with_ack("question", std::move(question), 2s);
        if (!answer) co_return "no answer: " + answer.error().message();
        const auto name = socketio::decode<std::string>(*answer);
        co_return name ? *name : to_string(name.error());
    });
    chat.on("ask-room", [&chat](socketio::Socket&, std::string room, socketio::Ack ack) {
        auto done = [ack = std::move(ack)](error_code error, const std::vector<socketio::Arguments>& answers) mutable {
            ack(answers.size(), error ? "not everybody" : "everybody");
        };
        chat.to(room).emit_with_ack("question", socketio::arguments_of("ready?"), 2s, std::move(done));
    });
}

void middlewares(socketio::Namespace& chat) {
    chat.use([](const std::shared_ptr<socketio::Socket>& socket, socketio::Next next) {
        const auto* name = socket->auth().if_contains("name");
        if (name == nullptr || !name->is_string())
            return next(socketio::ConnectError{"who are you?", {{"field", "name"}}}); // err.message, err.data
        socket->data() = User{std::string{name->get_string()}};
        next({});
    });
    chat.use_event([](socketio::Socket&, socketio::Event& event, socketio::Next next) {
        if (event.name == "forbidden") return next(socketio::ConnectError{"not here"});
        next({});
    });
    chat.on("who-am-i", [](socketio::Socket& socket) { return socket.data_as<User>()->name; });
}

void coming_and_going(socketio::Namespace& chat) {
    chat.on_connection([](socketio::Socket& socket) { socket.broadcast().emit("came", socket.id()); });
    chat.on_disconnecting([](socketio::Socket& socket, socketio::DisconnectReason reason) {
        for (const std::string& room : socket.rooms()) socket.to(room).emit("left", socket.id(), to_string(reason));
    });
}

void many_namespaces(socketio::Server& server) {
    socketio::Handlers& games = server.of(std::regex{"/game-[0-9]+"});
    games.on("move", [](socketio::Socket& socket, const std::string& move) { socket.broadcast().emit("move", move); });
}

void reaching_sockets(socketio::Namespace& chat) {
    chat.on("begin", [&chat](socketio::Socket&) {
        chat.to("lobby").sockets_join({"game"}); // they join another room
        chat.to({"game", "watching"}).except("muted").emit("begin");
        chat.to("kicked").disconnect_sockets(true);
    });
    chat.on("count", [&chat](socketio::Socket&, std::string room, socketio::Ack ack) {
        auto done = [ack = std::move(ack)](error_code, const std::vector<socketio::SocketInfo>& sockets) mutable {
            ack(sockets.size());
        };
        chat.to(room).fetch_sockets(std::move(done));
    });
}

void slow_clients(socketio::Namespace& chat) {
    chat.on("cursor", [](socketio::Socket& socket, int x, int y) {
        socket.broadcast().as_volatile().emit("cursor", x, y); // not to those that are behind
    });
    chat.on("download", [](socketio::Socket& socket) {
        int parts = 0;
        while (parts < 1000 && socket.emit("part", parts) == socketio::Sent::queued) ++parts;
        return parts; // so many before it was behind: the client asks again
    });
}

void other_threads(socketio::App& app, socketio::Namespace& chat) {
    app.get("/healthz", [](const net::http::Request&) { return net::http::text_response(200, "ok\n"); });
    app.get("/announce", [&chat](const net::http::Request& request) {
        chat.emit("announcement", request.query_value("text")); // a broadcast may come from any thread
        return net::http::text_response(200, "sent\n");
    });
}

void settings(socketio::App::Options& options) {
    options.threads = 2;
    options.socketio.engine.per_message_deflate.emplace(); // off by default
    options.socketio.engine.cors.origins = {"https://app.example"};
    options.socketio.engine.allow_request = [](const net::http::Request& request, engineio::Admission admission) {
        if (request.headers.get("x-banned").empty()) return admission.allow();
        admission.refuse("banned");
    };
}

} // namespace

int main(int argc, char** argv) {
    socketio::App::Options options;
    settings(options);
    if (argc > 1) options.port = static_cast<std::uint16_t>(std::stoi(argv[1]));
    if (argc > 3) options.tls = net::TlsContext::Files{.certificate = argv[2], .key = argv[3]};
    socketio::App app{options, adapters::local()};
    socketio::Namespace& chat = app.of("/chat");
    rooms(chat);
    raw_events(chat);
    typed_payloads(chat);
    answers_later(chat);
    coroutines(chat);
    asking_clients(chat);
    middlewares(chat);
    coming_and_going(chat);
    many_namespaces(app.server());
    reaching_sockets(chat);
    slow_clients(chat);
    other_threads(app, chat);
    app.run();
}
