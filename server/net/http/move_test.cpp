// A connection goes to another shard with its request: what long polling does when it reaches the wrong one.
#include "net/http/server.hpp"
#include "net/testing/server_fixture.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace hubbub::net::http {
namespace {

using loopback::Client;
using loopback::eventually;
using loopback::Servers;

/// Requests for `/N…` are answered by server N, which has to be where they end up.
class MoveTest : public testing::Test {
  protected:
    static constexpr std::size_t kShards = 3;

    void handle(const std::shared_ptr<Exchange>& exchange) {
        const std::size_t wanted = static_cast<std::size_t>(exchange->request().path.at(1) - '0');
        if (exchange->shard().index() != wanted) {
            ++moves_;
            exchange->move_to(servers_[wanted]);
            EXPECT_FALSE(exchange->open());
            exchange->respond(text_response(500, "moved away already"));
            return;
        }
        EXPECT_TRUE(exchange->shard().on_this_thread());
        exchange->respond(text_response(200, exchange->request().remote_address + exchange->request().target +
                                                 exchange->request().body));
    }

    std::atomic<int> moves_ = 0;
    Servers servers_{[this](auto exchange) { handle(exchange); }, kShards};
};

TEST_F(MoveTest, TheRequestArrivesWhole) {
    Client client = servers_.client(0);
    client.send("POST /1?q HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
    EXPECT_EQ(client.answer().body, "127.0.0.1/1?qbody");
    EXPECT_EQ(moves_, 1);
    EXPECT_EQ(servers_.connections(0), 0U);
    EXPECT_EQ(servers_.connections(1), 1U);
    EXPECT_EQ(servers_.counters(1).adopted, 1U);
    EXPECT_EQ(client.get("/1").body, "127.0.0.1/1"); // it stays there
    EXPECT_EQ(moves_, 1);
    EXPECT_EQ(client.get("/0").body, "127.0.0.1/0"); // and can go back
    EXPECT_EQ(moves_, 2);
}

TEST_F(MoveTest, PipelinedBytesGoAlong) {
    Client client = servers_.client(0);
    std::string requests;
    for (int i = 0; i < 300; ++i)
        requests += "GET /" + std::to_string(i % kShards) + "/" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    for (std::size_t sent = 0; sent < requests.size(); sent += 997) client.send(requests.substr(sent, 997));
    for (int i = 0; i < 300; ++i)
        ASSERT_EQ(client.answer().body, "127.0.0.1/" + std::to_string(i % kShards) + "/" + std::to_string(i));
    EXPECT_GE(moves_, 299);
}

TEST_F(MoveTest, ManyAtOnce) {
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 4; ++t) {
        threads.emplace_back([this, t] {
            for (int round = 0; round < 20; ++round) {
                Client client = servers_.client(t % kShards);
                for (std::size_t i = 0; i < 10; ++i) {
                    const std::string target = "/" + std::to_string((t + i * 7) % kShards);
                    ASSERT_EQ(client.get(target).body, "127.0.0.1" + target);
                }
                if (round % 2 == 0) client.reset();
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_TRUE(eventually(
        [this] { return servers_.connections(0) + servers_.connections(1) + servers_.connections(2) == 0; }));
}

TEST_F(MoveTest, PeersThatLeaveOnTheWay) {
    for (int i = 0; i < 200; ++i) {
        Client client = servers_.client(0);
        client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
        i % 2 == 0 ? client.reset() : client.close();
    }
    EXPECT_TRUE(eventually(
        [this] { return servers_.connections(0) + servers_.connections(1) + servers_.connections(2) == 0; }));
}

TEST(Move, LaterFromOutsideTheHandler) {
    std::shared_ptr<Exchange> held;
    Servers servers{[&](auto exchange) {
                        if (exchange->shard().index() == 0) {
                            held = std::move(exchange);
                        } else {
                            exchange->respond(text_response(200, exchange->request().path));
                        }
                    },
                    2};
    Client client = servers.client(0);
    client.send("GET /first HTTP/1.1\r\nHost: h\r\n\r\nGET /second HTTP/1.1\r\nHost: h\r\n\r\nGET /thi");
    ASSERT_TRUE(eventually([&] { return servers.counters().requests == 1; }));
    servers.on_shard(0, [&] { std::exchange(held, nullptr)->move_to(servers[1]); });
    EXPECT_EQ(client.answer().body, "/first");
    EXPECT_EQ(client.answer().body, "/second");
    client.send("rd HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(client.answer().body, "/third");
}

TEST(Move, TheTargetMayBeGone) {
    Servers servers{[&](auto exchange) { exchange->move_to(servers[1]); }, 2};
    Client client = servers.client(0);
    // The second shard ends with the moved connection still in its mailbox.
    servers.on_shard(1, [&] { servers[1].shard().stop(); });
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(eventually([&] { return servers.counters(0).requests == 1; }));
    servers.stop();
}

} // namespace
} // namespace hubbub::net::http
