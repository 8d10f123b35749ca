// What applications do wrong, or at the worst moment. Each of these has a defined outcome, and the sanitizers stay
// silent.
#include "adapters/internal/test_rig.hpp"
#include "adapters/local/local_adapter.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <thread>

namespace hubbub::adapters {
namespace {

using namespace std::chrono_literals;
using socketio::Ack;
using socketio::Arguments;
using socketio::DisconnectReason;
using socketio::Event;
using socketio::Next;
using socketio::Server;
using socketio::Socket;
using testing::Client;
using ::testing::HasSubstr;
using testing::Rig;
using ::testing::StartsWith;

Task<> throw_later(std::shared_ptr<Socket> socket) {
    boost::asio::steady_timer timer{socket->shard().io(), 1ms};
    co_await timer.async_wait(boost::asio::use_awaitable);
    throw std::runtime_error{"later"};
}

Task<> wait_for_ever(std::shared_ptr<Socket> socket, Event event) {
    boost::asio::steady_timer timer{socket->shard().io(), 1h};
    co_await timer.async_wait(boost::asio::use_awaitable);
    event.ack();
}

Task<int> ask_for_ever(std::shared_ptr<Socket> socket) {
    Arguments none;
    const auto answer = co_await socket->emit_with_ack("question", std::move(none), 1h);
    co_return answer ? 1 : 0;
}

TEST(Misuse, ExceptionsEndTheirConnectionAndNothingElse) {
    Rig rig{
        local(), 2, [](Server& server) {
            auto& main = server.of("/");
            main.on("throw", [](Socket&) { throw std::runtime_error{"now"}; });
            main.on("throw int", [](Socket&) { throw 1; });
            main.on("throw later", throw_later);
            main.on("throw in ack", [](Socket& socket) {
                socket.emit_with_ack("q", {}, 1h, [](error_code, const Arguments&) { throw std::logic_error{"ack"}; });
            });
            server.of("/middleware").use([](const auto&, Next) { throw std::runtime_error{"middleware"}; });
            server.of("/connection").on_connection([](Socket&) { throw std::runtime_error{"connection"}; });
            server.of("/leaving").on_disconnecting([](Socket&, DisconnectReason) { throw std::runtime_error{"1"}; });
            server.of("/leaving").on_disconnect([](Socket&, DisconnectReason) { throw std::runtime_error{"2"}; });
        }};
    const auto other = rig.client({"room"});
    for (const char* event : {"throw", "throw int", "throw later"}) {
        const auto client = rig.client({"room"});
        client->emit("[\"" + std::string{event} + "\"]");
        EXPECT_TRUE(client->closed_by_server()) << event;
    }
    const auto asked = rig.client();
    asked->emit(R"(["throw in ack"])");
    EXPECT_EQ(asked->read(), R"(420["q"])");
    asked->send("430[]");
    EXPECT_TRUE(asked->closed_by_server());
    EXPECT_TRUE(Client(rig.port(), "/connection").closed_by_server());
    {
        Client leaving{rig.port(), "/leaving"};
        leaving.send("41/leaving,");
        EXPECT_TRUE(leaving.closed_by_server());
    }
    rig.main().to("room").emit("still");
    EXPECT_EQ(other->read(), R"(42["still"])");
    EXPECT_EQ(rig.count(rig.main(), &socketio::NamespaceCounters::handlers_failed), 4U);
    EXPECT_EQ(rig.count(rig.server().of("/leaving"), &socketio::NamespaceCounters::sockets), 0U);
}

TEST(Misuse, NextTwiceNeverAndAfterTheClientLeft) {
    std::vector<Next> held;
    Rig rig{local(), 1, [&held](Server& server) {
                server.of("/twice").use([](const auto&, Next next) {
                    next({});
                    next({});
                    next(socketio::ConnectError{"too late"});
                });
                server.of("/never").use([](const auto&, const Next&) {});
                server.of("/held").use([&held](const auto&, Next next) { held.push_back(std::move(next)); });
                server.of("/leave").use([](const std::shared_ptr<Socket>& socket, Next next) {
                    socket->disconnect();
                    next({});
                });
            }};
    Client twice{rig.port(), "/twice"};
    EXPECT_THAT(twice.connect_answer(), StartsWith("40/twice,"));
    EXPECT_EQ(Client(rig.port(), "/never").connect_answer(), R"(44/never,{"message":"internal error"})");
    EXPECT_EQ(Client(rig.port(), "/leave").connect_answer(), "41/leave,");
    const auto gone = rig.client();
    gone->send("40/held,");
    gone->send("1");
    EXPECT_TRUE(gone->closed_by_server());
    rig.on_shard([&] {
        EXPECT_EQ(held.size(), 1U);
        for (Next& next : held) next({});
        held.clear();
    });
    EXPECT_EQ(rig.count(rig.server().of("/held"), &socketio::NamespaceCounters::sockets), 0U);
}

TEST(Misuse, NextMayOutliveTheServer) {
    std::vector<Next> held;
    std::atomic<std::size_t> count = 0;
    {
        Rig rig{local(), 1, [&](Server& server) {
                    auto hold = [&](Next next) {
                        held.push_back(std::move(next));
                        ++count;
                    };
                    server.of("/held").use([hold](const auto&, Next next) { hold(std::move(next)); });
                    server.of("/").use_event([hold](Socket&, Event&, Next next) { hold(std::move(next)); });
                }};
        const auto client = rig.client();
        client->send("40/held,");
        client->emit(R"(["held"])");
        client->send("40/held,");
        client->emit(R"(["held"])");
        while (count < 2) std::this_thread::yield();
        rig.stop();
    }
    held.front()({});
    held.back()({});
    held.clear();
}

TEST(Misuse, DisconnectingFromEverywhere) {
    std::atomic<int> told = 0;
    Rig rig{local(), 2, [&told](Server& server) {
                server.of("/connection").on_connection([](Socket& socket) { socket.disconnect(true); });
                server.of("/connection").on_connection([](Socket& socket) { socket.emit("never"); });
                server.of("/again").on_disconnecting([&told](Socket& socket, DisconnectReason) {
                    ++told;
                    socket.disconnect(true); // already on its way
                    socket.emit("last words");
                    socket.nsp().emit("left");
                });
                server.of("/again").on("leave", [](Socket& socket, Event event) {
                    socket.disconnect();
                    socket.disconnect(true);
                    socket.emit("never");
                    event.ack();
                });
                server.of("/").on("ask", [](Socket& socket) {
                    auto answered = [weak = socket.weak_from_this()](error_code error, const Arguments&) {
                        const auto asker = weak.lock();
                        if (error || !asker) return;
                        asker->disconnect(true);
                        asker->emit_with_ack("never", {}, 1h, [](error_code again, const Arguments&) {
                            EXPECT_EQ(again, socketio::Errc::disconnected);
                        });
                    };
                    socket.emit_with_ack("q", {}, 1h, std::move(answered));
                });
            }};
    Client refused{rig.port(), "/connection"};
    EXPECT_EQ(refused.read(), "41/connection,");
    EXPECT_TRUE(refused.closed_by_server());
    Client leaving{rig.port(), "/again"};
    leaving.emit(R"(["leave"])", "1");
    EXPECT_EQ(leaving.read(), "41/again,");
    EXPECT_TRUE(leaving.closed_by_server());
    EXPECT_EQ(told, 1);
    const auto asked = rig.client();
    asked->emit(R"(["ask"])");
    EXPECT_EQ(asked->read(), R"(420["q"])");
    asked->send("430[]");
    EXPECT_TRUE(asked->closed_by_server());
    rig.stop();
}

TEST(Misuse, AcksTwiceLateAndOutOfAClosedSocket) {
    std::optional<Ack> kept;
    Rig rig{local(), 1, [&kept](Server& server) {
                server.of("/").on("twice", [](Socket&, Ack ack) {
                    ack(1);
                    ack(2);
                    Ack moved = std::move(ack);
                    moved(3);
                });
                server.of("/").on("keep", [&kept](Socket& socket, Ack ack) {
                    kept = std::move(ack);
                    socket.disconnect(true);
                });
            }};
    const auto client = rig.client();
    EXPECT_EQ(client->ask(R"(["twice"])"), "[1]");
    client->emit(R"(["keep"])", "1");
    EXPECT_TRUE(client->closed_by_server());
    rig.on_shard([&] { (*kept)("too late"); });
    rig.stop();
}

TEST(Misuse, ReservedNamesAreRefusedBeforeAnybodyGetsThem) {
    Rig rig{local(), 1, [](Server& server) {
                server.of("/").on("emit", [](Socket& socket, const std::string& name) {
                    EXPECT_THROW(socket.emit(name, 1), std::invalid_argument);
                    EXPECT_THROW(socket.as_volatile().emit(name), std::invalid_argument);
                    EXPECT_THROW(socket.nsp().emit(name), std::invalid_argument);
                    return true;
                });
                for (const char* name : {"connect", "connection", "connect_error", "disconnect", "disconnecting"})
                    EXPECT_THROW(server.of("/").on(name, [](Socket&) {}), std::invalid_argument) << name;
            }};
    const auto client = rig.client();
    EXPECT_EQ(client->ask(R"(["emit","disconnect"])"), "[true]");
    EXPECT_EQ(client->ask(R"(["emit","connect_error"])"), "[true]");
    rig.main().emit("", 1); // in Node a name like any other
    EXPECT_EQ(client->read(), R"(42["",1])");
}

TEST(Misuse, NamespacesAreNamedAsInNode) {
    Rig rig{local(), 1, [](Server& server) {
                EXPECT_EQ(server.of("").name(), "/");
                EXPECT_EQ(server.of("chat").name(), "/chat");
                EXPECT_EQ(&server.of("chat"), &server.of("/chat"));
                for (const std::string& name : {std::string{"/a,b"}, std::string{"/a?b"}, std::string(300, 'n')})
                    EXPECT_THROW(server.of(name), std::invalid_argument) << name;
            }};
    EXPECT_THAT(Client(rig.port(), "/chat").connect_answer(), StartsWith("40/chat,{"));
}

TEST(Misuse, TextThatIsNoUtf8IsReplacedAsInNode) {
    Rig rig{local(), 1, [](Server& server) {
                server.of("/refuse").use([](const auto&, Next next) {
                    next(socketio::ConnectError{"caf\xE9", {{"\xC3", "\xED\xA0\x80"}}});
                });
                server.of("/").on("ask", [](Socket&, Ack ack) { ack("\xF0\x9F\xA6"); });
            }};
    const auto client = rig.client({"room"});
    const std::string text = "a\xFFz \xE2\x82 \xF0\x9F\xA6\x8A \xC3";
    rig.main().emit("text", text);
    EXPECT_EQ(client->read(), "42[\"text\",\"a\uFFFDz \uFFFD \xF0\x9F\xA6\x8A \uFFFD\"]");
    rig.main().to("room").emit("\xC0", socketio::RawJson{"\"\x80\""});
    EXPECT_EQ(client->read(), "42[\"\uFFFD\",\"\uFFFD\"]");
    EXPECT_EQ(client->ask(R"(["ask"])"), "[\"\uFFFD\"]");
    EXPECT_EQ(Client(rig.port(), "/refuse").connect_answer(),
              "44/refuse,{\"message\":\"caf\uFFFD\",\"data\":{\"\uFFFD\":\"\uFFFD\uFFFD\uFFFD\"}}");
}

TEST(Misuse, BroadcastsFromAnyThreadWhileRoomsChangeAndClientsGo) {
    Rig rig{local(), 2, [](Server& server) {
                server.of("/").on("leave and tell", [](Socket& socket, const std::string& room) {
                    socket.leave(room);
                    socket.nsp().to(room).emit("left");
                    socket.to(room).sockets_leave({room});
                    return true;
                });
            }};
    std::atomic<bool> over = false;
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&] {
            while (!over) {
                rig.main().to("room").emit("n", 1);
                rig.main().to("room").fetch_sockets([](error_code, const auto&) {});
                rig.main().to("room").emit_with_ack("q", {}, 1ms, [](error_code, const auto&) {});
                std::this_thread::sleep_for(1ms);
            }
        });
    }
    for (int i = 0; i < 20; ++i) {
        const auto client = rig.client();
        client->ask(R"(["join","room"])");
        client->ask(R"(["leave and tell","room"])");
    }
    over = true;
    for (auto& thread : threads) thread.join();
}

TEST(Misuse, TheServerEndsWhileMuchIsPending) {
    for (int round = 0; round < 3; ++round) {
        socketio::Options options;
        options.recovery.emplace();
        Rig rig{local(), 2,
                [](Server& server) {
                    server.of("/").on("wait", wait_for_ever);
                    server.of("/").on("ask", ask_for_ever);
                },
                options};
        std::vector<std::unique_ptr<Client>> clients;
        for (int i = 0; i < 4; ++i) {
            clients.push_back(rig.client());
            clients.back()->emit(R"(["wait"])", "1");
            clients.back()->emit(R"(["ask"])", "2");
            EXPECT_THAT(clients.back()->read(), HasSubstr("question"));
        }
        rig.main().broadcast().emit_with_ack("q", {}, 1h, [](error_code, const auto&) {});
        const std::string answer = clients[0]->connect_answer();
        const std::string pid = answer.substr(answer.find(R"("pid":")") + 7, 20);
        clients.clear();
        if (round == 1) Client{rig.port(), "/", R"({"pid":")" + pid + R"("})"};
        rig.stop();
    }
}

TEST(MisuseDeathTest, ASocketHoldsItsThreadInDebugBuilds) {
#ifdef NDEBUG
    GTEST_SKIP() << "only debug builds look";
#else
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    std::shared_ptr<Socket> taken;
    Rig rig{local(), 1, [&taken](Server& server) {
                server.of("/").on("take", [&taken](const std::shared_ptr<Socket>& socket) {
                    taken = socket;
                    return true;
                });
            }};
    const auto client = rig.client();
    client->ask(R"(["take"])");
    EXPECT_DEATH(taken->emit("x"), "Socket::emit: called from a thread that is not shard 0's");
    EXPECT_DEATH(taken->join("x"), "Socket::join: called from a thread");
    EXPECT_DEATH(taken->disconnect(), "Socket::disconnect: called from a thread");
    client->send("1");
    EXPECT_TRUE(client->closed_by_server());
    rig.on_shard([&] { taken.reset(); });
#endif
}

} // namespace
} // namespace hubbub::adapters
