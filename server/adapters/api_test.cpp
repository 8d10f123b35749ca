// The server API, with real clients on two shards.
#include "adapters/internal/test_rig.hpp"
#include "adapters/local/local_adapter.hpp"
#include "base/limits.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/describe/class.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <future>
#include <regex>
#include <set>

namespace hubbub::adapters {
namespace {

using namespace std::chrono_literals;
using socketio::Ack;
using socketio::Arguments;
using socketio::Event;
using socketio::Next;
using socketio::Sent;
using socketio::Server;
using socketio::Socket;
using testing::Client;
using ::testing::ElementsAre;
using testing::Rig;
using ::testing::StartsWith;

struct Point {
    int x = 0;
    int y = 0;
};
BOOST_DESCRIBE_STRUCT(Point, (), (x, y))

Task<Point> mirror_later(std::shared_ptr<Socket> socket, Point point) {
    boost::asio::steady_timer timer{socket->shard().io(), 1ms};
    co_await timer.async_wait(boost::asio::use_awaitable);
    co_return Point{point.y, point.x};
}

Task<> answer_later(std::shared_ptr<Socket> socket, Event event) {
    boost::asio::steady_timer timer{socket->shard().io(), 1ms};
    co_await timer.async_wait(boost::asio::use_awaitable);
    event.ack(event.arguments);
}

Task<std::string> ask_back(std::shared_ptr<Socket> socket, std::string question) {
    socketio::Arguments arguments = socketio::arguments_of(question);
    const auto answer = co_await socket->emit_with_ack("question", std::move(arguments), 5s);
    if (!answer) co_return answer.error().message();
    const auto text = socketio::decode<std::string>(*answer);
    co_return text ? *text : socketio::to_string(text.error());
}

TEST(Handlers, OfEveryShape) {
    Rig rig{local(), 2, [](Server& server) {
                auto& main = server.of("/");
                main.on("nothing", [](Socket& socket) { socket.emit("called"); });
                main.on("swap", [](Socket&, Point point) { return Point{point.y, point.x}; });
                main.on("add", [](Socket&, int a, const std::optional<int>& b) { return a + b.value_or(10); });
                main.on("own ack", [](Socket&, const std::string& text, Ack ack) { ack(text, text.size()); });
                main.on("raw", [](Socket&, Event event) { event.ack(event.arguments); });
                main.on("mirror", mirror_later);
                main.on("later", answer_later);
                main.on("ask back", ask_back);
            }};
    const auto client = rig.client();
    client->emit(R"(["nothing",1,2])");
    EXPECT_EQ(client->read(), R"(42["called"])");
    EXPECT_EQ(client->ask(R"(["swap",{"x":1,"y":2}])"), R"([{"x":2,"y":1}])");
    EXPECT_EQ(client->ask(R"(["add",1,2])"), "[3]");
    EXPECT_EQ(client->ask(R"(["add",1])"), "[11]");
    EXPECT_EQ(client->ask(R"(["own ack","text"])"), R"(["text",4])");
    EXPECT_EQ(client->ask(R"(["raw",1,"two"])"), R"([1,"two"])");
    EXPECT_EQ(client->ask(R"(["mirror",{"x":3,"y":4}])"), R"([{"x":4,"y":3}])");
    EXPECT_EQ(client->ask(R"(["later",5])"), "[5]");
    client->emit(R"(["ask back","why"])", "9");
    EXPECT_EQ(client->read(), R"(420["question","why"])");
    client->send(R"(430["because"])");
    EXPECT_EQ(client->read(), R"(439["because"])");
}

TEST(Handlers, AnInvalidPayloadIsRefusedWithItsField) {
    Rig rig{local(), 2, [](Server& server) {
                server.of("/").on("swap", [](Socket&, Point point) { return point; });
                server.of("/").on("add", [](Socket&, int a, int b) { return a + b; });
                server.of("/own").on("swap", [](Socket&, Point point) { return point; });
                server.of("/own").on_invalid_payload([](Socket&, Event event, const socketio::FieldError& error) {
                    event.ack(event.name, error.path, error.expected);
                });
            }};
    const auto client = rig.client();
    EXPECT_EQ(client->ask(R"(["swap",{"x":1,"y":"2"}])"),
              R"([{"error":{"code":"invalid_payload","field":"y","message":"y: expected integer"}}])");
    EXPECT_EQ(client->ask(R"(["add",1,true])"),
              R"([{"error":{"code":"invalid_payload","field":"[1]","message":"[1]: expected integer"}}])");
    client->emit(R"(["swap",7])"); // without an ack: dropped
    EXPECT_EQ(client->ask(R"(["add",1,1])"), "[2]");
    Client own{rig.port(), "/own"};
    EXPECT_EQ(own.ask(R"(["swap",null])"), R"(["swap","","object"])");
    EXPECT_EQ(rig.count(rig.main(), &socketio::NamespaceCounters::payloads_invalid), 3U);
}

TEST(Handlers, AnySeesEveryEventAndUnhandledTheRest) {
    Rig rig{local(), 1, [](Server& server) {
                server.of("/").on_any([](Socket& socket, const Event& event) { socket.emit("any", event.name); });
                server.of("/").on_unhandled([](Socket& socket, Event event) { socket.emit("unhandled", event.name); });
                server.of("/").on("known", [](Socket& socket) { socket.emit("known"); });
            }};
    const auto client = rig.client();
    client->emit(R"(["known"])");
    client->emit(R"(["unknown"])");
    for (const char* packet :
         {R"(42["any","known"])", R"(42["known"])", R"(42["any","unknown"])", R"(42["unhandled","unknown"])"})
        EXPECT_EQ(client->read(), packet);
}

TEST(EventMiddlewares, ChangeRefuseAndDelay) {
    std::shared_ptr<Next> held;
    Rig rig{local(), 1, [&held](Server& server) {
                auto& main = server.of("/");
                main.use_event([](Socket&, Event& event, Next next) {
                    if (event.name == "forbidden") return next(socketio::ConnectError{"no", {{"why", 1}}});
                    event.arguments.values.emplace_back("seen");
                    next({});
                });
                main.use_event([&held](Socket&, Event& event, Next next) {
                    if (event.name == "release" && held) return (*held)({}), next({});
                    if (event.name != "hold") return next({});
                    held = std::make_shared<Next>(std::move(next));
                });
                for (const char* name : {"free", "forbidden", "hold", "release"})
                    main.on(name, [](Socket&, Event event) { event.ack(event.arguments); });
            }};
    const auto client = rig.client();
    EXPECT_EQ(client->ask(R"(["free",1])"), R"([1,"seen"])");
    EXPECT_EQ(client->ask(R"(["forbidden"])"), R"([{"error":{"code":"refused","message":"no","data":{"why":1}}}])");
    client->emit(R"(["hold"])", "1");
    client->emit(R"(["release"])", "2");
    EXPECT_EQ(client->read(), R"(431["seen"])");
    EXPECT_EQ(client->read(), R"(432["seen"])");
    rig.stop();
}

TEST(ParentNamespaces, ByPatternAndFunctionWithTheHandlersOfTheParent) {
    Rig rig{local(), 2, [](Server& server) {
                server.of("/room-0"); // made: not the parent's
                auto& rooms = server.of(std::regex{R"(/room-\d+)"});
                rooms.on_connection([](Socket& socket) { socket.join("all"); });
                rooms.on("say", [](Socket& socket, boost::json::value what) {
                    socket.nsp().to("all").emit("said", socket.nsp().name(), what);
                });
                server.of([](std::string_view name, const boost::json::object& auth) {
                    return name.starts_with("/own-") && auth.contains("key");
                });
            }};
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 4; ++i) clients.push_back(std::make_unique<Client>(rig.port(), "/room-7"));
    Client other{rig.port(), "/room-8"};
    clients[0]->emit(R"(["say",1])");
    for (const auto& client : clients) EXPECT_EQ(client->read(), R"(42/room-7,["said","/room-7",1])");
    other.emit(R"(["say",2])");
    EXPECT_EQ(other.read(), R"(42/room-8,["said","/room-8",2])");

    EXPECT_EQ(Client(rig.port(), "/room-x").connect_answer(), R"(44/room-x,{"message":"Invalid namespace"})");
    EXPECT_EQ(Client(rig.port(), "/own-1").connect_answer(), R"(44/own-1,{"message":"Invalid namespace"})");
    EXPECT_THAT(Client(rig.port(), "/own-1", R"({"key":1})").connect_answer(), StartsWith(R"(40/own-1,{"sid":)"));
    EXPECT_THAT(Client(rig.port(), "/room-0").connect_answer(), StartsWith(R"(40/room-0,{"sid":)"));
}

TEST(ParentNamespaces, DropTheEmptyOnesIfAsked) {
    socketio::Options options;
    options.remove_empty_children = true;
    Rig rig{local(), 2, [](Server& server) { server.of(std::regex{"/n.*"}); }, options};
    for (int i = 0; i < 30; ++i) {
        const std::string name = "/n" + std::to_string(i);
        Client client{rig.port(), name};
        ASSERT_THAT(client.connect_answer(), StartsWith("40" + name));
        if (i % 2 == 0) client.send("41" + name + ",");
    }
    const Client last{rig.port(), "/n"};
    for (int tries = 0; tries < 1000 && rig.server().child_namespaces() > 1; ++tries) rig.on_shard([] {});
    EXPECT_EQ(rig.server().child_namespaces(), 1U);
}

TEST(ParentNamespaces, AreRefusedBeyondTheirLimit) {
    Rig rig{local(), 1, [](Server& server) { server.of(std::regex{R"(/n\d+)"}); }};
    std::unique_ptr<Client> client;
    for (std::size_t i = 0; i < limits::kChildNamespacesMax; ++i) {
        if (i % (limits::kNamespacesPerClientMax - 1) == 0) client = rig.client();
        const std::string name = "/n" + std::to_string(i);
        client->send("40" + name + ",");
        ASSERT_THAT(client->read(), StartsWith("40" + name + ",{"));
    }
    EXPECT_EQ(Client(rig.port(), "/n10000").connect_answer(), R"(44/n10000,{"message":"Invalid namespace"})");
    EXPECT_EQ(Client(rig.port(), "/n10000").connect_answer(), R"(44/n10000,{"message":"Invalid namespace"})");
    EXPECT_THAT(Client(rig.port(), "/n1").connect_answer(), StartsWith("40/n1,{"));
    EXPECT_EQ(rig.server().child_namespaces(), limits::kChildNamespacesMax);
    EXPECT_EQ(rig.server().child_namespaces_refused(), 2U);
}

TEST(EmitWithAck, FailsWhenTheClientLeavesBeforeItAnswers) {
    std::promise<error_code> told;
    Rig rig{local(), 1, [&told](Server& server) {
                server.of("/").on("ask me", [&told](Socket& socket) {
                    socket.emit_with_ack("q", {}, 1h,
                                         [&told](error_code error, const Arguments&) { told.set_value(error); });
                });
            }};
    auto client = rig.client();
    client->emit(R"(["ask me"])");
    EXPECT_EQ(client->read(), R"(420["q"])");
    client.reset();
    auto answer = told.get_future();
    ASSERT_EQ(answer.wait_for(10s), std::future_status::ready);
    EXPECT_EQ(answer.get(), socketio::Errc::disconnected);
}

TEST(Emit, SaysWhenTheClientIsBehind) {
    std::vector<Sent> sent;
    Rig rig{local(), 1, [&sent](Server& server) {
                server.of("/").on("flood", [&sent](Socket& socket) {
                    const std::string text(10'000, 'x');
                    for (int i = 0; i < 10; ++i) sent.push_back(socket.emit("text", text));
                    sent.push_back(socket.as_volatile().emit("volatile"));
                    socket.nsp().broadcast().as_volatile().emit("volatile");
                    sent.push_back(socket.compress(false).emit("last"));
                    return sent.size();
                });
            }};
    const auto client = rig.client();
    EXPECT_EQ(client->ask(R"(["flood"])"), "[12]");
    rig.stop();
    EXPECT_EQ(sent.front(), Sent::queued);
    EXPECT_EQ(sent[9], Sent::behind);
    EXPECT_EQ(sent[10], Sent::dropped);
    EXPECT_EQ(sent[11], Sent::behind);
    EXPECT_EQ(rig.main().counters(rig.shards()[0]).volatile_dropped, 2U);
}

TEST(Outbox, WhatOneTickSendsIsNoFaultOfTheClient) {
    Rig rig{local(), 1, [](Server& server) {
                server.of("/").on("burst", [](Socket& socket) {
                    for (int i = 0; i < 5; ++i) socket.emit("part", std::string(900'000, 'x'));
                    socket.emit("whole", std::string(limits::kOutboxBytesMax * 5 / 4, 'x'));
                    return true;
                });
            }};
    const auto client = rig.client();
    for (int round = 0; round < 3; ++round) {
        client->emit(R"(["burst"])", "7");
        rig.main().emit("meanwhile");
        std::size_t bytes = 0;
        for (std::string packet = client->read(); packet != "437[true]"; packet = client->read())
            bytes += packet.size();
        EXPECT_GT(bytes, 5 * 900'000 + limits::kOutboxBytesMax);
    }
    rig.on_shard([&] { EXPECT_EQ(rig.server().counters(rig.shards()[0]).slow_consumers, 0U); });
}

/// How much waits at most for a client of the namespace that does not read, until its connection is closed.
std::size_t most_unread(Rig& rig, const std::string& nsp) {
    const Client client{rig.port(), nsp};
    std::size_t most = 0;
    const std::string text(64 * 1024, 'x');
    for (int tick = 0; tick < 2000; ++tick) {
        std::size_t clients = 0;
        rig.server().of(nsp).emit("text", text);
        rig.await([&](auto done) {
            const auto look = [&](Socket& socket) {
                ++clients;
                most = std::max(most, socket.queued_bytes());
            };
            rig.server().of(nsp).broadcast().for_each_local(look, done);
        });
        if (clients == 0) return most;
    }
    return SIZE_MAX;
}

TEST(Outbox, AClientThatDoesNotReadIsClosedAtTheLimitOfItsServerOrNamespace) {
    constexpr std::size_t kServer = 1024 * 1024;
    constexpr std::size_t kNamespace = 4 * 1024 * 1024;
    socketio::Options options;
    options.engine.outbox_bytes_max = kServer;
    Rig rig{local(), 1, [](Server& server) { server.of("/files").outbox_bytes_max(kNamespace); }, options};
    const std::size_t by_server = most_unread(rig, "/");
    EXPECT_GT(by_server, kServer);
    EXPECT_LT(by_server, 2 * kServer); // some ticks' bursts above it
    const std::size_t by_namespace = most_unread(rig, "/files");
    EXPECT_GT(by_namespace, kNamespace);
    EXPECT_LT(by_namespace, 2 * kNamespace);
    rig.on_shard([&] { EXPECT_EQ(rig.server().counters(rig.shards()[0]).slow_consumers, 2U); });
}

TEST(Broadcasts, ToAndExceptTakeSeveralRooms) {
    Rig rig{local()};
    const auto a = rig.client({"a"});
    const auto b = rig.client({"b", "muted"});
    const auto c = rig.client({"c"});
    rig.main().to({"a", "b"}).local().emit("1");
    rig.main().except("muted").except({"a", "nobody"}).compress(false).emit("2", Point{1, 2});
    rig.end();
    EXPECT_THAT(a->until_end(), ElementsAre(R"(42["1"])"));
    EXPECT_THAT(b->until_end(), ElementsAre(R"(42["1"])"));
    EXPECT_THAT(c->until_end(), ElementsAre(R"(42["2",{"x":1,"y":2}])"));
}

TEST(Middlewares, RoomsJoinedInThemAreKept) {
    Rig rig{local(), 2, [](Server& server) {
                auto& nsp = server.of("/joining");
                nsp.use([](const std::shared_ptr<Socket>& socket, Next next) {
                    socket->join({"kept", "kept", "left"});
                    socket->leave("left");
                    socket->nsp().to("kept").emit("too early");
                    next(socket->auth().contains("refused") ? std::optional<socketio::ConnectError>{{"no"}}
                                                            : std::nullopt);
                });
                nsp.on_connection([](Socket& socket) { socket.emit("rooms", socket.rooms()); });
            }};
    Client refused{rig.port(), "/joining", R"({"refused":true})"};
    EXPECT_EQ(refused.connect_answer(), R"(44/joining,{"message":"no"})");
    Client client{rig.port(), "/joining"};
    EXPECT_EQ(client.read(), R"(42/joining,["rooms",["kept"]])");
    rig.server().of("/joining").to("kept").emit("hello");
    EXPECT_EQ(client.read(), R"(42/joining,["hello"])");
}

TEST(Disconnect, WithCloseIsToldToEveryNamespaceOfTheClient) {
    std::atomic<int> ended = 0;
    Rig rig{local(), 2, [&](Server& server) {
                for (const char* name : {"/", "/a", "/b"}) {
                    server.of(name).on_disconnect([&](Socket& socket, socketio::DisconnectReason reason) {
                        EXPECT_EQ(to_string(reason), "server namespace disconnect");
                        ++ended;
                        socket.disconnect(true); // it is already going
                    });
                }
                server.of("/").on("kick", [](Socket& socket) { socket.disconnect(true); });
            }};
    const auto client = rig.client();
    for (const std::string name : {"/a", "/b"}) {
        client->send("40" + name + ",");
        EXPECT_THAT(client->read(), StartsWith("40" + name));
    }
    client->emit(R"(["kick"])");
    std::set<std::string> told;
    for (int i = 0; i < 3; ++i) told.insert(client->read());
    EXPECT_EQ(told, (std::set<std::string>{"41", "41/a,", "41/b,"}));
    EXPECT_TRUE(client->closed_by_server());
    rig.stop();
    EXPECT_EQ(ended, 3);
}

TEST(Disconnect, IsToldBeforeAndAfterTheRoomsAreLeft) {
    std::atomic<std::size_t> rooms_before = 0;
    std::atomic<std::size_t> rooms_after = 99;
    Rig rig{local(), 2, [&](Server& server) {
                server.of("/").on_disconnecting(
                    [&](Socket& socket, socketio::DisconnectReason) { rooms_before = socket.rooms().size(); });
                server.of("/").on_disconnect([&](Socket& socket, socketio::DisconnectReason reason) {
                    rooms_after = socket.rooms().size();
                    socket.nsp().emit("left", to_string(reason));
                });
            }};
    const auto witness = rig.client();
    const auto client = rig.client({"a", "b"});
    client->send("41");
    EXPECT_EQ(witness->read(), R"(42["left","client namespace disconnect"])");
    EXPECT_EQ(rooms_before, 2U);
    EXPECT_EQ(rooms_after, 0U);
    rig.stop();
}

} // namespace
} // namespace hubbub::adapters
