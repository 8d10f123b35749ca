#include "base/limits.hpp"
#include "net/testing/server_fixture.hpp"
#include "net/websocket/internal/handshake.hpp"
#include "net/websocket/peer.hpp"

#include <gtest/gtest.h>

#include <list>

namespace hubbub::net::websocket {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using loopback::Answer;
using loopback::Client;
using loopback::client_frame;
using loopback::close_payload;
using loopback::eventually;
using loopback::ReceivedFrame;
using loopback::Servers;

constexpr std::size_t kReceiveMax = 100'000;

/// One accepted WebSocket that does what the text says.
struct Session final : Handler {
    std::shared_ptr<Peer> peer;
    std::vector<CloseCode> closed;
    int drained = 0;
    int messages = 0;

    void on_text(std::string_view data) override {
        ++messages;
        if (data == "close") return peer->close(static_cast<CloseCode>(4001), "as asked");
        if (data == "abort") return peer->abort();
        if (data == "detach") return peer->detach();
        if (data == "drop") return (peer->close(CloseCode::normal), peer->detach(), peer.reset());
        if (data == "throw") throw std::runtime_error{"from a test"};
        if (data == "burst") {
            for (int i = 0; i < 100; ++i) send(std::to_string(i));
            return;
        }
        send(data);
    }
    void on_binary(std::string_view data) override { peer->send(Frame::make(Frame::Kind::binary, {data})); }
    void on_drained() override { ++drained; }
    void on_closed(CloseCode code) override { closed.push_back(code); }
    void send(std::string_view text) { peer->send(Frame::make(Frame::Kind::text, {text})); }
};

class WebSocketPeer : public testing::Test {
  protected:
    void accept(const std::shared_ptr<http::Exchange>& exchange) {
        http::Fields extra;
        extra.add("X-Extra", "yes");
        Session& session = sessions_.emplace_back();
        session.peer = exchange->accept_websocket(session, {kReceiveMax}, extra);
        if (session.peer == nullptr) sessions_.pop_back();
    }
    template <class Work> auto on_shard(Work work) { return servers_.on_shard(0, std::move(work)); }

    Client connect(std::string_view behind = {}) {
        Client client = servers_.client();
        EXPECT_EQ(client.upgrade("/", behind).status, 101);
        return client;
    }
    bool closes_with(CloseCode code) {
        return eventually([&] { return on_shard([&] { return !session().closed.empty(); }); }) &&
               on_shard([&] { return session().closed == std::vector{code}; });
    }
    Session& session() { return sessions_.back(); }

    std::list<Session> sessions_;
    Servers servers_{[this](auto exchange) { accept(exchange); }};
};

ReceivedFrame text_frame(std::string payload) {
    return {0x81, std::move(payload)};
}

TEST(Handshake, AcceptKeyOfTheRfc) {
    EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_F(WebSocketPeer, ShakesHands) {
    Client client = servers_.client();
    const Answer answer = client.upgrade();
    EXPECT_EQ(answer.status, 101);
    EXPECT_TRUE(answer.has("Upgrade: websocket"));
    EXPECT_TRUE(answer.has("Connection: Upgrade"));
    EXPECT_TRUE(answer.has("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    EXPECT_TRUE(answer.has("X-Extra: yes"));
    EXPECT_EQ(answer.head.find("Content-Length"), std::string::npos);
}

TEST_F(WebSocketPeer, RefusesOtherHandshakes) {
    const std::string host = " HTTP/1.1\r\nHost: h\r\n";
    const std::string upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    const std::string version = "Sec-WebSocket-Version: 13\r\n";
    const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    const std::pair<std::string, int> cases[] = {
        {"POST /" + host + upgrade + version + key + "Content-Length: 0\r\n", 400},
        {"GET / HTTP/1.0\r\nHost: h\r\n" + upgrade + version + key, 400},
        {"GET /" + host + "Upgrade: websocket\r\n" + version + key, 400},
        {"GET /" + host + "Connection: Upgrade\r\n" + version + key, 400},
        {"GET /" + host + upgrade + version, 400},
        {"GET /" + host + upgrade + key, 400},
        {"GET /" + host + upgrade + version + key + key, 400},
        {"GET /" + host + upgrade + version + version + key, 400},
        {"GET /" + host + upgrade + version + "Sec-WebSocket-Key: short==\r\n", 400},
        {"GET /" + host + upgrade + version + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=x\r\n", 400},
        {"GET /" + host + upgrade + version + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25_ZQ==\r\n", 400},
        {"GET /" + host + upgrade + "Sec-WebSocket-Version: 8\r\n" + key, 426},
        {"GET /" + host + upgrade + "Sec-WebSocket-Version: 13, 8\r\n" + key, 426},
    };
    for (const auto& [request, status] : cases) {
        Client client = servers_.client();
        client.send(request + "\r\n");
        const Answer answer = client.answer();
        EXPECT_EQ(answer.status, status) << request;
        EXPECT_EQ(answer.has("Sec-WebSocket-Version: 13"), status == 426);
    }
    EXPECT_TRUE(sessions_.empty());
}

TEST_F(WebSocketPeer, Echoes) {
    Client client = connect(client_frame(0x81, "behind the handshake"));
    EXPECT_EQ(client.frame(), text_frame("behind the handshake"));
    client.send(client_frame(0x82, "\x00\xFF"s));
    EXPECT_EQ(client.frame(), (ReceivedFrame{0x82, "\x00\xFF"s}));
    const std::string large(kReceiveMax, 'x');
    client.send(client_frame(0x81, large));
    EXPECT_EQ(client.frame(), text_frame(large));
    for (const char byte : client_frame(0x01, "by") + client_frame(0x80, "tes")) client.send({&byte, 1});
    EXPECT_EQ(client.frame(), text_frame("bytes"));
}

TEST_F(WebSocketPeer, SeveralMessagesLeaveInOneWrite) {
    Client client = connect();
    const Counters before = servers_.counters();
    client.send(client_frame(0x81, "burst"));
    for (int i = 0; i < 100; ++i) ASSERT_EQ(client.frame(), text_frame(std::to_string(i)));
    const Counters after = servers_.counters();
    EXPECT_EQ(after.frames_queued - before.frames_queued, 100U);
    EXPECT_EQ(after.flushes - before.flushes, 1U);
    EXPECT_GE(on_shard([&] { return session().drained; }), 1);
}

TEST_F(WebSocketPeer, AnswersPings) {
    Client client = connect();
    client.send(client_frame(0x89, "one"));
    EXPECT_EQ(client.frame(), (ReceivedFrame{0x8A, "one"}));
    std::string flood;
    for (int i = 0; i < 1000; ++i) flood += client_frame(0x89, std::to_string(i));
    client.send(flood + client_frame(0x81, "end"));
    ReceivedFrame last;
    for (ReceivedFrame next; last.payload != "999"; last = next) next = client.frame();
}

TEST_F(WebSocketPeer, APingFloodDoesNotGrowTheOutbox) {
    Client client = connect();
    // Nobody reads: the outbox is stuck behind this, and pings come on.
    on_shard([&] { session().peer->send(Frame::make(Frame::Kind::binary, {std::string(30'000'000, 'x')})); });
    const std::string ping = client_frame(0x89, std::string(125, 'p'));
    std::string flood;
    for (int i = 0; i < 1000; ++i) flood += ping;
    ASSERT_TRUE(eventually([&] { return servers_.counters().flushes >= 2; }));
    const std::uint64_t queued = servers_.counters().frames_queued;
    for (int i = 0; i < 50; ++i) client.send(flood);
    ASSERT_TRUE(eventually([&] { return servers_.counters().bytes_read >= 50 * flood.size(); }));
    EXPECT_LE(servers_.counters().frames_queued, queued + 1);
    EXPECT_EQ(client.frame().payload.size(), 30'000'000U);
    EXPECT_EQ(client.frame().first, 0x8A);
}

TEST_F(WebSocketPeer, ThePeerCloses) {
    for (const auto& [payload, echoed, code] :
         {std::tuple{close_payload(1001, "bye"), close_payload(1001), CloseCode::going_away},
          std::tuple{""s, ""s, CloseCode::no_status},
          std::tuple{close_payload(4999), close_payload(4999), static_cast<CloseCode>(4999)}}) {
        Client client = connect();
        client.send(client_frame(0x88, payload) + client_frame(0x81, "late"));
        EXPECT_EQ(client.frame(), (ReceivedFrame{0x88, echoed}));
        EXPECT_EQ(client.rest(), "");
        client.close();
        EXPECT_TRUE(closes_with(code));
        EXPECT_EQ(session().messages, 0);
    }
}

TEST_F(WebSocketPeer, WeClose) {
    Client client = connect();
    client.send(client_frame(0x81, "close") + client_frame(0x81, "after it"));
    EXPECT_EQ(client.frame(), (ReceivedFrame{0x88, close_payload(4001, "as asked")}));
    client.send(client_frame(0x88, close_payload(4001)));
    EXPECT_EQ(client.rest(), "");
    client.close();
    EXPECT_TRUE(closes_with(static_cast<CloseCode>(4001)));
    EXPECT_EQ(session().messages, 1);
}

TEST_F(WebSocketPeer, ACloseThatNobodyAnswersEnds) {
    Client client = connect();
    on_shard([&] {
        session().peer->close(CloseCode::policy_violation, std::string(122, 'r') + "é"); // would be 124
        session().send("nothing follows a close");
    });
    EXPECT_EQ(client.frame(), (ReceivedFrame{0x88, close_payload(1008, std::string(122, 'r'))}));
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(client.rest(), "");
    EXPECT_GE(std::chrono::steady_clock::now() - start, limits::kCloseLinger - 100ms);
    EXPECT_TRUE(closes_with(CloseCode::abnormal));
}

TEST_F(WebSocketPeer, FailsTheConnectionWithItsCode) {
    const std::pair<std::string, CloseCode> cases[] = {
        {"\x81\x01x"s, CloseCode::protocol_error},
        {client_frame(0xC1, "rsv"), CloseCode::protocol_error},
        {client_frame(0x83, ""), CloseCode::protocol_error},
        {client_frame(0x81, "\xFF"), CloseCode::invalid_payload},
        {client_frame(0x81, std::string(kReceiveMax + 1, 'x')), CloseCode::message_too_big},
        {client_frame(0x88, close_payload(1005)), CloseCode::protocol_error},
    };
    for (const auto& [bytes, code] : cases) {
        Client client = connect();
        client.send(bytes + client_frame(0x81, "late"));
        EXPECT_EQ(client.frame(), (ReceivedFrame{0x88, close_payload(static_cast<int>(code))}));
        EXPECT_EQ(client.rest(), "");
        client.close();
        EXPECT_TRUE(closes_with(code));
        EXPECT_EQ(session().messages, 0);
    }
}

TEST_F(WebSocketPeer, AVanishedPeerIsAbnormal) {
    for (const bool by_reset : {false, true}) {
        Client client = connect(client_frame(0x01, "half a mess"));
        by_reset ? client.reset() : client.close();
        EXPECT_TRUE(closes_with(CloseCode::abnormal));
    }
}

TEST_F(WebSocketPeer, MayBeEndedFromItsOwnCallbacks) {
    for (const char* how : {"abort", "detach", "drop", "throw"}) {
        Client client = connect();
        client.send(client_frame(0x81, "one") + client_frame(0x81, how) + client_frame(0x81, "late"));
        client.rest();
        client.close();
        EXPECT_TRUE(eventually([&] { return servers_.connections() == 0; })) << how;
        const bool told = how == "abort"s || how == "throw"s;
        EXPECT_TRUE(eventually([&] { return on_shard([&] { return session().closed.size(); }) == (told ? 1U : 0U); }))
            << how;
        EXPECT_EQ(session().messages, 2) << how;
    }
    Client other = connect();
    other.send(client_frame(0x81, "still here"));
    EXPECT_EQ(other.frame(), text_frame("still here"));
    EXPECT_EQ(servers_.counters().failed, 1U);
}

TEST_F(WebSocketPeer, OnClosedIsNeverCalledFromInside) {
    Client client = connect();
    ASSERT_TRUE(on_shard([&] {
        session().peer->abort();
        session().peer->abort();
        session().send("into the void");
        return session().closed.empty();
    }));
    EXPECT_TRUE(closes_with(CloseCode::abnormal));
}

TEST_F(WebSocketPeer, ASlowConsumerCanBeAborted) {
    Client client = connect();
    const auto fill = [&] {
        for (int i = 0; i < 300; ++i) session().send(std::string(50'000, 'x'));
        return session().peer->queued_bytes();
    };
    EXPECT_GT(on_shard(fill), 15'000'000U);
    std::this_thread::sleep_for(20ms);
    EXPECT_GT(on_shard([&] { return session().peer->queued_bytes(); }), 1'000'000U);
    on_shard([&] { session().peer->abort(); });
    EXPECT_TRUE(closes_with(CloseCode::abnormal));
    EXPECT_TRUE(client.was_reset()); // and the kernel has not kept the megabytes for it
}

TEST_F(WebSocketPeer, ManyMessagesThroughASmallPipeArriveInOrder) {
    Client client = connect();
    std::thread sender{[&] {
        for (int i = 0; i < 20'000; ++i)
            client.send(client_frame(0x81, std::to_string(i) + std::string(static_cast<std::size_t>(i % 997), '.')));
    }};
    for (int i = 0; i < 20'000; ++i) {
        const std::string payload = client.frame().payload;
        ASSERT_EQ(payload.substr(0, payload.find('.')), std::to_string(i));
    }
    sender.join();
}

TEST_F(WebSocketPeer, TheServerMayBeDestroyedFirst) {
    Client client = connect(client_frame(0x01, "half"));
    std::this_thread::sleep_for(10ms);
    servers_.stop();
    EXPECT_TRUE(session().closed.empty());
    session().send("into the void");
    session().peer->close(CloseCode::normal);
    session().peer->abort();
    EXPECT_EQ(client.rest(), "");
    sessions_.clear();
}

} // namespace
} // namespace hubbub::net::websocket
