#include "net/testing/server_fixture.hpp"
#include "net/testing/tls_client.hpp"
#include "net/testing/websocket.hpp"
#include "net/tls.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <list>

namespace hubbub::net {
namespace {

using namespace std::string_literals;
using loopback::Certificate;
using loopback::Client;
using loopback::client_frame;
using loopback::Echo;
using loopback::eventually;
using loopback::Servers;
using loopback::TlsClient;

std::shared_ptr<const TlsContext> context_of(const Certificate& certificate) {
    return TlsContext::load({.certificate = certificate.file(), .key = certificate.key()});
}

class TlsTest : public testing::Test {
  protected:
    static constexpr std::size_t kLarge = 5'000'000;

    void SetUp() override {
        for (std::size_t i = 0; i < 2; ++i) renew(i, first());
    }
    static const Certificate& first() {
        static const Certificate certificate{"first"};
        return certificate;
    }
    void renew(std::size_t shard, const Certificate& certificate) {
        auto context = context_of(certificate);
        servers_.on_shard(shard, [&] { servers_[shard].set_tls(std::move(context)); });
    }

    /// `/0…` and `/1…` are answered by the shard of that number; `/0/ws` is a WebSocket.
    void handle(const std::shared_ptr<http::Exchange>& exchange) {
        const std::string& path = exchange->request().path;
        const std::size_t wanted = static_cast<std::size_t>(path.at(1) - '0');
        if (exchange->shard().index() != wanted) return exchange->move_to(servers_[wanted]);
        if (path.ends_with("/ws")) {
            Echo& echo = echoes_.emplace_back();
            echo.peer = exchange->accept_websocket(echo, {.message_bytes_max = kLarge});
            return;
        }
        if (path.ends_with("/large")) return exchange->respond(http::text_response(200, large()));
        exchange->respond(http::text_response(200, path + exchange->request().body));
    }
    static std::string large() {
        std::string text;
        for (std::size_t i = 0; text.size() < kLarge; ++i) text += std::to_string(i) + ' ';
        return text;
    }

    std::list<Echo> echoes_;
    Servers servers_{[this](auto exchange) { handle(exchange); }, 2};
};

TEST_F(TlsTest, ServesHttp) {
    TlsClient client{servers_.client()};
    ASSERT_TRUE(client.handshake());
    EXPECT_EQ(client.version(), "TLSv1.3");
    EXPECT_EQ(client.get("/0/a"), "/0/a");
    EXPECT_EQ(client.get("/0/b"), "/0/b");
    EXPECT_EQ(client.get("/0/c", "Connection: close\r\n"), "/0/c");
    EXPECT_EQ(client.read_some(), "");
    EXPECT_TRUE(client.ended_in_order());
    EXPECT_EQ(servers_.counters().tls_handshakes, 1U);
    EXPECT_EQ(servers_.counters().tls_failures, 0U);
}

TEST_F(TlsTest, ServesWebSockets) {
    TlsClient client{servers_.client(), TLS1_2_VERSION};
    ASSERT_TRUE(client.handshake());
    EXPECT_EQ(client.version(), "TLSv1.2");
    client.send("GET /0/ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
                client_frame(0x81, "one") + client_frame(0x81, "two"));
    std::string head;
    while (!head.ends_with("\r\n\r\n")) head += client.read(1);
    EXPECT_EQ(head.substr(9, 3), "101");
    EXPECT_EQ(client.read(10), "\x81\x03one\x81\x03two");
}

TEST_F(TlsTest, WhatATickHasQueuedIsOneRecord) {
    TlsClient client{servers_.client()};
    ASSERT_TRUE(client.handshake());
    client.send("GET /0/ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    std::string head;
    while (!head.ends_with("\r\n\r\n")) head += client.read(1);
    servers_.on_shard(0, [&] {
        for (int i = 0; i < 100; ++i) echoes_.back().peer->send(Frame::make(Frame::Kind::text, {"0123456789"}));
    });
    EXPECT_EQ(client.read_some().size(), 1'200U); // SSL_read gives one record
}

TEST_F(TlsTest, Versions) {
    TlsClient old{servers_.client(), TLS1_1_VERSION};
    EXPECT_FALSE(old.handshake());
    EXPECT_TRUE(eventually([&] { return servers_.counters().tls_failures == 1; }));
    EXPECT_TRUE(eventually([&] { return servers_.connections() == 0; }));
}

TEST_F(TlsTest, Protocols) {
    TlsClient both{servers_.client()};
    both.offer_protocols("\x02h2\x08http/1.1");
    ASSERT_TRUE(both.handshake());
    EXPECT_EQ(both.protocol(), "http/1.1");
    TlsClient other{servers_.client()};
    other.offer_protocols("\x02h2");
    EXPECT_FALSE(other.handshake());
}

TEST_F(TlsTest, WhatIsNoTlsIsClosedAndCounted) {
    Client plain = servers_.client();
    plain.send("GET /0 HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(plain.rest().find("HTTP/"), std::string::npos);
    Client noise = servers_.client();
    noise.send(std::string(1'000, '\xFF'));
    noise.rest();
    Client gone = servers_.client();
    gone.send("\x16\x03\x01"s);
    gone.close();
    EXPECT_TRUE(eventually([&] { return servers_.counters().tls_failures == 3; }));
    EXPECT_TRUE(eventually([&] { return servers_.connections() == 0; }));
    TlsClient next{servers_.client()};
    ASSERT_TRUE(next.handshake());
    EXPECT_EQ(next.get("/0"), "/0");
}

TEST_F(TlsTest, RecordsOfOneByte) {
    TlsClient client{servers_.client()};
    ASSERT_TRUE(client.handshake());
    for (const char byte : "POST /0/ HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"s) client.send({&byte, 1});
    EXPECT_EQ(client.body(), "/0/body");
}

TEST_F(TlsTest, ALargeAnswerThroughASmallPipe) {
    TlsClient client{servers_.client()};
    const int small = 256 * 1024;
    ::setsockopt(client.plain().descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    ASSERT_TRUE(client.handshake());
    EXPECT_TRUE(client.get("/0/large") == large());
    EXPECT_EQ(client.get("/0/then"), "/0/then");
}

TEST_F(TlsTest, ALargeRequest) {
    TlsClient client{servers_.client()};
    ASSERT_TRUE(client.handshake());
    const std::string body(900'000, 'b');
    client.send("POST /0/ HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\n" + body);
    EXPECT_TRUE(client.body() == "/0/" + body);
}

TEST_F(TlsTest, MovesToAnotherShard) {
    TlsClient client{servers_.client()};
    ASSERT_TRUE(client.handshake());
    std::string requests;
    for (int i = 0; i < 20; ++i)
        requests += "GET /" + std::to_string(i % 2) + "/" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    client.send(requests);
    for (int i = 0; i < 20; ++i) EXPECT_EQ(client.body(), "/" + std::to_string(i % 2) + "/" + std::to_string(i));
    EXPECT_GE(servers_.counters(1).adopted, 10U);
}

TEST_F(TlsTest, ARenewedCertificateIsForNewConnections) {
    TlsClient before{servers_.client()};
    ASSERT_TRUE(before.handshake());
    EXPECT_EQ(before.common_name(), "first");
    const Certificate second{"second"};
    renew(0, second);
    TlsClient after{servers_.client()};
    ASSERT_TRUE(after.handshake());
    EXPECT_EQ(after.common_name(), "second");
    EXPECT_EQ(before.get("/0"), "/0");
}

TEST_F(TlsTest, ManyAtOnceAndSomeLeave) {
    for (int round = 0; round < 20; ++round) {
        TlsClient stays{servers_.client()};
        TlsClient leaves{servers_.client()};
        ASSERT_TRUE(stays.handshake());
        ASSERT_TRUE(leaves.handshake());
        leaves.send("GET /1/large HTTP/1.1\r\nHost: h\r\n\r\n");
        leaves.plain().reset();
        EXPECT_EQ(stays.get("/1"), "/1");
    }
    EXPECT_TRUE(eventually([&] { return servers_.connections(0) + servers_.connections(1) == 0; }));
}

TEST_F(TlsTest, TheServerMayBeDestroyedFirst) {
    TlsClient established{servers_.client()};
    ASSERT_TRUE(established.handshake());
    Client half = servers_.client();
    half.send("\x16\x03\x01"s);
    servers_.stop();
    EXPECT_EQ(established.read_some(), "");
}

std::string failure_of(const TlsContext::Files& files) {
    try {
        TlsContext::load(files);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "no error";
}

TEST(TlsContext, SaysWhichFileIsWrong) {
    const Certificate one{"one"};
    const Certificate two{"two"};
    const auto garbage = one.file().parent_path() / "garbage.pem";
    std::ofstream{garbage} << "garbage";
    EXPECT_NE(failure_of({"/nowhere/c.pem", one.key()}).find("certificate in /nowhere/c.pem"), std::string::npos);
    EXPECT_NE(failure_of({one.file(), "/nowhere/k.pem"}).find("key in /nowhere/k.pem"), std::string::npos);
    EXPECT_NE(failure_of({garbage, one.key()}).find("certificate in " + garbage.string()), std::string::npos);
    EXPECT_NE(failure_of({one.file(), garbage}).find("key in " + garbage.string()), std::string::npos);
    EXPECT_NE(failure_of({one.file(), two.key()}).find("key in " + two.key().string()), std::string::npos);
    EXPECT_EQ(failure_of({one.file(), one.key()}), "no error");
}

} // namespace
} // namespace hubbub::net
