#include "base/limits.hpp"
#include "net/http/server.hpp"
#include "net/testing/server_fixture.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>
#include <mutex>

namespace hubbub::net::http {
namespace {

using namespace std::chrono_literals;
using loopback::Answer;
using loopback::Client;
using loopback::eventually;
using loopback::Servers;

void echo(const std::shared_ptr<Exchange>& exchange) {
    const Request& request = exchange->request();
    exchange->respond(text_response(200, request.method + " " + request.target + " " + request.body));
}

TEST(HttpServer, AnswersAndKeepsAlive) {
    Servers servers{echo};
    Client client = servers.client();
    EXPECT_EQ(client.get("/a").body, "GET /a ");
    client.send("POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
    EXPECT_EQ(client.answer().body, "POST /b body");
    client.send("HEAD /c HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(client.answer(true).has("Content-Length: 8"));
    const Answer last = client.get("/d", "Connection: close\r\n");
    EXPECT_TRUE(last.has("Connection: close"));
    EXPECT_EQ(client.rest(), "");
    EXPECT_EQ(servers.counters().requests, 4U);
    EXPECT_EQ(servers.counters().accepted, 1U);
}

TEST(HttpServer, Http10ClosesUnlessAsked) {
    Servers servers{echo};
    Client kept = servers.client();
    kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(kept.answer().has("Connection: keep-alive"));
    EXPECT_EQ(kept.get("/again").status, 200);
    Client closed = servers.client();
    closed.send("GET / HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(closed.rest().ends_with("GET / "));
}

TEST(HttpServer, KnowsItsPeer) {
    Servers servers{[](auto exchange) { exchange->respond(text_response(200, exchange->request().remote_address)); }};
    EXPECT_EQ(servers.client().get("/").body, "127.0.0.1");
}

TEST(HttpServer, ARequestMayComeByteByByte) {
    Servers servers{echo};
    Client client = servers.client();
    for (const char byte :
         std::string{"POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"}) {
        client.send({&byte, 1});
        std::this_thread::sleep_for(500us);
    }
    EXPECT_EQ(client.answer().body, "POST /x abc");
}

TEST(HttpServer, PipelinedRequestsAreServedOneAtATime) {
    std::vector<std::shared_ptr<Exchange>> held;
    Servers servers{[&](auto exchange) { held.push_back(std::move(exchange)); }};
    Client client = servers.client();
    client.send(
        "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\nGET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
    for (std::size_t served = 0; served < 3; ++served) {
        ASSERT_TRUE(eventually([&] { return servers.counters().requests == served + 1; }));
        std::this_thread::sleep_for(10ms);
        EXPECT_EQ(servers.counters().requests, served + 1);
        servers.on_shard(0, [&] { held.back()->respond(text_response(200, held.back()->request().path)); });
        EXPECT_EQ(client.answer().body, "/" + std::to_string(served + 1));
    }
    servers.on_shard(0, [&] { held.clear(); });
}

TEST(HttpServer, PipelinedBytesAreBounded) {
    std::shared_ptr<Exchange> held;
    Servers servers{[&](auto exchange) {
        if (exchange->request().path == "/hold") {
            held = std::move(exchange);
        } else {
            echo(exchange);
        }
    }};
    Client client = servers.client();
    client.send("GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(eventually([&] { return servers.counters().requests == 1; }));
    constexpr int kPosts = 100;
    std::thread sender{[&] {
        for (int i = 0; i < kPosts; ++i)
            client.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x'));
    }};
    std::this_thread::sleep_for(100ms);
    EXPECT_LE(servers.counters().bytes_read, 2 * (limits::kHttpPipelinedBytesMax + limits::kReadBufferBytes));
    servers.on_shard(0, [&] { std::exchange(held, nullptr)->respond(text_response(200, "")); });
    EXPECT_EQ(client.answer().status, 200);
    for (int i = 0; i < kPosts; ++i) ASSERT_EQ(client.answer().body.size(), 100'008U);
    sender.join();
}

TEST(HttpServer, ADroppedExchangeAnswers500) {
    Servers servers{[](auto) {}};
    Client client = servers.client();
    EXPECT_EQ(client.get("/").status, 500);
    EXPECT_EQ(client.get("/").status, 500);
}

TEST(HttpServer, AnExceptionEndsItsRequestOnly) {
    Servers servers{[](auto exchange) {
        if (exchange->request().path == "/throw") throw std::runtime_error{"from a test"};
        echo(exchange);
    }};
    Client client = servers.client();
    EXPECT_EQ(client.get("/throw").status, 500);
    EXPECT_EQ(client.get("/fine").status, 200);
    EXPECT_EQ(servers.counters().failed, 1U);
}

TEST(HttpServer, OnlyTheFirstAnswerCounts) {
    Servers servers{[](auto exchange) {
        EXPECT_TRUE(exchange->open());
        exchange->respond(text_response(200, "first"));
        EXPECT_FALSE(exchange->open());
        exchange->respond(text_response(200, "second"));
    }};
    Client client = servers.client();
    EXPECT_EQ(client.get("/").body, "first");
    EXPECT_EQ(client.get("/").body, "first");
}

TEST(HttpServer, ThePeerMayGoAwayBeforeTheAnswer) {
    for (const bool by_reset : {false, true}) {
        std::shared_ptr<Exchange> held;
        std::promise<bool> aborted;
        Servers servers{[&](auto exchange) {
            held = exchange;
            exchange->on_abort([&] { aborted.set_value(held->open()); });
        }};
        Client client = servers.client();
        client.send("GET /poll HTTP/1.1\r\nHost: h\r\n\r\n");
        ASSERT_TRUE(eventually([&] { return servers.counters().requests == 1; }));
        by_reset ? client.reset() : client.close();
        auto told = aborted.get_future();
        ASSERT_EQ(told.wait_for(10s), std::future_status::ready);
        EXPECT_FALSE(told.get());
        servers.on_shard(0, [&] { std::exchange(held, nullptr)->respond(text_response(200, "late")); });
        EXPECT_EQ(servers.connections(), 0U);
    }
}

TEST(HttpServer, AnAbortMayDropTheExchange) {
    std::shared_ptr<Exchange> held;
    Servers servers{[&](auto exchange) {
        held = exchange;
        exchange->on_abort([&] { held = nullptr; });
    }};
    Client client = servers.client();
    client.send("GET /poll HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(eventually([&] { return servers.counters().requests == 1; }));
    client.close();
    EXPECT_TRUE(eventually([&] { return servers.on_shard(0, [&] { return held == nullptr; }); }));
}

TEST(HttpServer, MalformedRequestsAreAnsweredAndClosed) {
    Servers servers{echo};
    const std::pair<std::string, std::string> cases[] = {
        {"garbage\r\n\r\n", "400"},
        {"GET / HTTP/1.1\nHost: h\n\n", "400"},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "400"},
        {"GET /../etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n", "400"},
        {"GET / HTTP/2.0\r\nHost: h\r\n\r\n", "505"},
        {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", "414"},
        {"GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(9000, 'a') + "\r\n\r\n", "431"},
        {"POST / HTTP/1.1\r\nHost: h\r\nExpect: miracles\r\n\r\n", "417"},
    };
    for (const auto& [bytes, status] : cases) {
        Client client = servers.client();
        client.send(bytes);
        const std::string answer = client.rest();
        EXPECT_EQ(answer.substr(9, 3), status);
        EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos);
    }
    EXPECT_EQ(servers.counters().malformed, std::size(cases));
}

TEST(HttpServer, AnOversizeBodyGets413EvenIfTheClientSendsOn) {
    Servers servers{echo};
    Client client = servers.client();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n");
    for (int i = 0; i < 30; ++i) {
        client.send(std::string(100'000, 'x')); // throws if the server has closed on it
        std::this_thread::sleep_for(2ms);
    }
    EXPECT_EQ(client.rest().substr(9, 3), "413");
}

TEST(HttpServer, AClientThatDoesNotCloseIsClosed) {
    Servers servers{echo};
    Client client = servers.client();
    EXPECT_EQ(client.get("/", "Connection: close\r\n").status, 200);
    EXPECT_EQ(client.rest(), "");
    EXPECT_EQ(servers.connections(), 1U); // it may still be sending
    EXPECT_TRUE(eventually([&] { return servers.connections() == 0; }));
}

TEST(HttpServer, LargeAnswersArriveWhole) {
    const std::string large(20'000'000, 'z');
    Servers servers{[&](auto exchange) { exchange->respond(text_response(200, large)); }};
    Client client = servers.client();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(client.answer().body, large);
    EXPECT_EQ(client.answer().body, large);
    EXPECT_EQ(client.rest(), "");
}

TEST(HttpServer, TheLastAnswerMayBeReadSlowly) {
    const std::string large(20'000'000, 'z');
    Servers servers{[&](auto exchange) { exchange->respond(text_response(200, large)); }};
    Client client = servers.client();
    client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    // In the first span of any patience what the kernel holds was written: that it reads shows in the second alone.
    std::this_thread::sleep_for(2 * limits::kCloseLinger + 500ms);
    EXPECT_EQ(client.answer().body, large);
    EXPECT_EQ(client.rest(), "");
}

TEST(HttpServer, TheLastAnswerIsWrittenHoweverBusyTheShardIs) {
    Servers servers{[&](auto exchange) {
        exchange->respond(text_response(200, "late"));
        std::this_thread::sleep_for(limits::kCloseLinger + 100ms); // before what is queued is written
    }};
    EXPECT_EQ(servers.client().get("/", "Connection: close\r\n").body, "late");
}

TEST(HttpServer, Continue) {
    Servers servers{echo};
    Client client = servers.client();
    client.send("POST /c HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(client.answer().head, "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("ok");
    EXPECT_EQ(client.answer().body, "POST /c ok");
    client.send("POST /d HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok");
    EXPECT_EQ(client.answer().body, "POST /d ok");
}

TEST(HttpServer, SlowHeadsAndBodiesTimeOut) {
    Servers servers{echo, 1, {100ms, 100ms, 10s}};
    for (const char* start :
         {"GET / HTTP/1.1\r\nHost: ", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n"}) {
        Client client = servers.client();
        client.send(start);
        std::atomic<bool> dripping = true;
        std::thread drip{[&] {
            try {
                while (dripping) {
                    client.send("x");
                    std::this_thread::sleep_for(10ms);
                }
            } catch (const std::runtime_error&) {
            }
        }};
        EXPECT_EQ(client.answer().status, 408);
        dripping = false;
        drip.join();
        EXPECT_EQ(client.rest(), "");
    }
    EXPECT_EQ(servers.counters().timeouts, 2U);
}

TEST(HttpServer, IdleConnectionsEnd) {
    Servers servers{echo, 1, {10s, 10s, 100ms}};
    Client silent = servers.client();
    EXPECT_EQ(silent.rest(), "");
    Client once = servers.client();
    EXPECT_EQ(once.get("/").status, 200);
    EXPECT_EQ(once.rest(), "");
    Client busy = servers.client();
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(busy.get("/").status, 200);
        std::this_thread::sleep_for(20ms);
    }
    EXPECT_EQ(servers.counters().timeouts, 0U);
}

TEST(HttpServer, AnAnswerThatNobodyReadsEnds) {
    Servers servers{[](auto exchange) { exchange->respond(text_response(200, std::string(30'000'000, 'z'))); },
                    1,
                    {10s, 10s, 100ms}};
    Client client = servers.client();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(eventually([&] { return servers.counters().timeouts == 1; }));
    EXPECT_TRUE(eventually([&] { return servers.connections() == 0; }));
}

TEST(HttpServer, WaitsWhenDescriptorsRunOut) {
    Servers servers{echo};
    Client client;
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    rlimit none = before;
    none.rlim_cur = static_cast<rlim_t>(client.descriptor()) + 1; // the next one would be above
    ::setrlimit(RLIMIT_NOFILE, &none);
    client.connect(servers.endpoint());
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    std::this_thread::sleep_for(250ms);
    EXPECT_EQ(servers.counters().accepted, 0U);
    EXPECT_GE(servers.counters().accept_failures, 1U);
    EXPECT_LE(servers.counters().accept_failures, 4U); // it does not spin
    ::setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(client.answer().status, 200);
}

TEST(HttpServer, MayBeDestroyedWhileItServes) {
    std::vector<std::shared_ptr<Exchange>> held;
    bool told = false;
    auto servers = std::make_unique<Servers>([&](auto exchange) {
        exchange->on_abort([&] { told = true; });
        held.push_back(std::move(exchange));
    });
    Client waiting = servers->client();
    waiting.send("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /");
    Client partial = servers->client();
    partial.send("GET / HTT");
    ASSERT_TRUE(eventually([&] { return servers->counters().requests == 1 && servers->connections() == 2; }));
    servers->stop();
    ASSERT_EQ(held.size(), 1U);
    EXPECT_FALSE(held[0]->open());
    held[0]->respond(text_response(200, "into the void"));
    held.clear();
    servers.reset();
    EXPECT_FALSE(told);
    EXPECT_EQ(waiting.rest(), "");
    EXPECT_EQ(partial.rest(), "");
}

} // namespace
} // namespace hubbub::net::http
