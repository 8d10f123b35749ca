// permessage-deflate (RFC 7692) against a real listener, in the families of the Autobahn test suite (12: messages, 13:
// offers), and what a hostile client tries.
#include "net/testing/server_fixture.hpp"
#include "net/testing/websocket.hpp"
#include "net/websocket/peer.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <zlib.h>

#include <list>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace hubbub::net::websocket {
namespace {

using namespace std::string_literals;
using namespace loopback;

constexpr std::size_t kThreshold = 64;
constexpr const char* kAgreed = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

Bytef* bytes(const std::string& text) {
    return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

/// As a client compresses: without what ends the flush.
std::string deflated(const std::string& text, int level = 6) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(deflateBound(&stream, text.size()) + 16, '\0');
    stream.next_in = bytes(text);
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = bytes(out);
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_SYNC_FLUSH), Z_OK);
    out.resize(stream.total_out - 4);
    deflateEnd(&stream);
    return out;
}

std::string inflated(const std::string& data) {
    const std::string whole = data + "\0\0\xFF\xFF"s;
    z_stream stream{};
    EXPECT_EQ(inflateInit2(&stream, -15), Z_OK);
    std::string out(2 * kMessageMax, '\0');
    stream.next_in = bytes(whole);
    stream.avail_in = static_cast<uInt>(whole.size());
    stream.next_out = bytes(out);
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(inflate(&stream, Z_SYNC_FLUSH), Z_OK);
    EXPECT_EQ(stream.avail_in, 0U);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

class WebSocketDeflate : public testing::Test {
  protected:
    static std::string request(const std::string& fields) {
        return "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
               fields + "\r\n";
    }
    Answer upgrade(Client& client, const std::string& offer) {
        client.send(request("Sec-WebSocket-Extensions: " + offer + "\r\n"));
        return client.answer(true);
    }
    Client connect() {
        Client client = servers_.client();
        EXPECT_TRUE(
            upgrade(client, "permessage-deflate; client_max_window_bits").has("Sec-WebSocket-Extensions: "s + kAgreed));
        return client;
    }
    void expect_close(const std::string& sent, int code) {
        Client client = connect();
        client.send(sent);
        EXPECT_EQ(client.frame(), (ReceivedFrame{kClose, close_payload(code)}));
        EXPECT_EQ(client.rest(), "");
    }

    bool deflate_ = true;
    std::list<Echo> echoes_;
    Servers servers_{[this](const std::shared_ptr<http::Exchange>& exchange) {
        Echo& echo = echoes_.emplace_back();
        const Options options{.message_bytes_max = kMessageMax,
                              .deflate = deflate_ ? std::optional{Deflate{.threshold = kThreshold}} : std::nullopt};
        echo.peer = exchange->accept_websocket(echo, options);
        if (echo.peer == nullptr) echoes_.pop_back();
    }};
};

TEST_F(WebSocketDeflate, F12_MessagesOfEverySizeComeBackCompressed) {
    Client client = connect();
    for (const int kind : {kText, kBinary}) {
        for (const std::size_t size : {64UL, 256UL, 1'024UL, 4'096UL, 65'535UL, 65'536UL, 1'000'000UL}) {
            std::string message;
            for (std::size_t i = 0; message.size() < size; ++i) message += "{\"n\":" + std::to_string(i % 1'000) + "},";
            message.resize(size);
            client.send(client_frame(kind | kRsv1, deflated(message)));
            const ReceivedFrame answer = client.frame();
            EXPECT_EQ(answer.first, kind | kRsv1);
            EXPECT_LT(answer.payload.size(), size);
            EXPECT_TRUE(inflated(answer.payload) == message) << size;
        }
    }
}

TEST_F(WebSocketDeflate, F12_BelowTheThresholdNothingIsCompressed) {
    Client client = connect();
    const std::string message(kThreshold - 1, 'a');
    client.send(client_frame(kText | kRsv1, deflated(message)));
    EXPECT_EQ(client.frame(), (ReceivedFrame{kText, message}));
    EXPECT_EQ(servers_.counters().deflated, 0U);
    EXPECT_EQ(servers_.counters().inflated, 1U);
}

TEST_F(WebSocketDeflate, F12_WhatDoesNotShrinkLeavesAsItIs) {
    Client client = connect();
    std::mt19937 random{1};
    std::string noise(10'000, '\0');
    for (char& byte : noise) byte = static_cast<char>(random());
    client.send(client_frame(kBinary, noise));
    EXPECT_TRUE(client.frame() == (ReceivedFrame{kBinary, noise}));
}

TEST_F(WebSocketDeflate, F12_ClientsMaySendUncompressed) {
    Client client = connect();
    client.send(client_frame(kText, "plain"));
    EXPECT_EQ(client.frame(), (ReceivedFrame{kText, "plain"}));
}

TEST_F(WebSocketDeflate, F12_FragmentsOfOneCompressedMessage) {
    Client client = connect();
    const std::string data = deflated("Hello, Hello, Hello");
    client.send(client_frame((kText & ~kOpen) | kRsv1, data.substr(0, 3)) + client_frame(kPing, "between") +
                client_frame(0, data.substr(3, 2)) + client_frame(kContinuation, data.substr(5)));
    EXPECT_EQ(client.frame().payload, "between");
    EXPECT_EQ(client.frame(), (ReceivedFrame{kText, "Hello, Hello, Hello"}));
    // The next message stands alone again.
    client.send(client_frame(kText & ~kOpen, "pl") + client_frame(kContinuation, "ain"));
    EXPECT_EQ(client.frame(), (ReceivedFrame{kText, "plain"}));
}

TEST_F(WebSocketDeflate, F12_FormsOfTheRfc) {
    Client client = connect();
    const std::string forms[] = {
        "\xF2\x48\xCD\xC9\xC9\x07\x00"s,                         // 7.2.3.1, a fixed Huffman block
        "\x00\x05\x00\xFA\xFF\x48\x65\x6C\x6C\x6F\x00"s,         // 7.2.3.3, a stored block
        "\xF3\x48\xCD\xC9\xC9\x07\x00\x00"s,                     // 7.2.3.4, a final block
        "\xF2\x48\x05\x00\x00\x00\xFF\xFF\xCA\xC9\xC9\x07\x00"s, // 7.2.3.5, two blocks
    };
    for (const std::string& form : forms) {
        client.send(client_frame(kText | kRsv1, form));
        EXPECT_EQ(client.frame(), (ReceivedFrame{kText, "Hello"}));
    }
    client.send(client_frame(kText | kRsv1, "\0"s)); // 7.2.3.6, nothing
    EXPECT_EQ(client.frame(), (ReceivedFrame{kText, ""}));
}

TEST_F(WebSocketDeflate, F12_InvalidInput) {
    const std::string long_text(5'000, 'x');
    expect_close(client_frame(kText | kRsv1, deflated("a\xFFz")), 1007);                      // no UTF-8
    expect_close(client_frame(kText | kRsv1, "\xFF\xFF\xFF\xFF"), 1007);                      // no deflate
    expect_close(client_frame(kText | kRsv1, ""), 1007);                                      // not even a block
    expect_close(client_frame(kText | kRsv1, deflated(long_text).substr(0, 6)), 1007);        // cut
    expect_close(client_frame(kBinary | kRsv1, deflated(long_text, 0).substr(0, 900)), 1007); // a stored block, cut
    expect_close(client_frame(kText | kRsv1, deflated("ok") + "\xFF"), 1007);                 // something behind it
    expect_close(client_frame((kText & ~kOpen) | kRsv1, "x") + client_frame(kContinuation | kRsv1, "y"), 1002);
    expect_close(client_frame(kPing | kRsv1, "x"), 1002);
    expect_close(client_frame(kClose | kRsv1, close_payload(1000)), 1002);
    expect_close(client_frame(kText | kRsv1 | 0x20, deflated("x")), 1002);
}

TEST_F(WebSocketDeflate, ABombIsRefusedWithoutBeingInflated) {
    // 100 MB of zeros in 100 KB, itself compressed within the limit.
    const std::string bomb = deflated(std::string(100'000'000, '\0'));
    ASSERT_LT(bomb.size(), kMessageMax);
    expect_close(client_frame(kBinary | kRsv1, bomb), 1009);
    expect_close(client_frame(kBinary | kRsv1, deflated(std::string(kMessageMax + 1, '\0'))), 1009);
    Client client = connect();
    client.send(client_frame(kBinary | kRsv1, deflated(std::string(kMessageMax, '\0'))));
    EXPECT_EQ(inflated(client.frame().payload).size(), kMessageMax);
}

TEST_F(WebSocketDeflate, F13_Offers) {
    const std::string agreed = kAgreed;
    const std::string declined;
    const std::pair<std::string, std::string> cases[] = {
        {"permessage-deflate", agreed},
        {"permessage-deflate; client_max_window_bits", agreed},
        {"permessage-deflate; client_max_window_bits=8", agreed},
        {"permessage-deflate; client_max_window_bits=\"15\"", agreed},
        {"permessage-deflate;server_no_context_takeover ;\tclient_no_context_takeover", agreed},
        {"permessage-deflate; server_max_window_bits=15", agreed + "; server_max_window_bits=15"},
        {"permessage-deflate; server_max_window_bits=10, permessage-deflate", agreed},
        {"x-webkit-deflate-frame, permessage-deflate", agreed},
        {"other; a=b; c, permessage-deflate; nonsense, permessage-deflate; client_max_window_bits", agreed},
        {"permessage-deflate; server_max_window_bits=10", declined},
        {"permessage-deflate; server_max_window_bits", declined},
        {"permessage-deflate; server_max_window_bits=7", declined},
        {"permessage-deflate; server_max_window_bits=16", declined},
        {"permessage-deflate; client_max_window_bits=7", declined},
        {"permessage-deflate; client_max_window_bits=16", declined},
        {"permessage-deflate; client_max_window_bits=08", declined},
        {"permessage-deflate; client_max_window_bits=+9", declined},
        {"permessage-deflate; client_max_window_bits=\"\"", declined},
        {"permessage-deflate; client_max_window_bits=", declined},
        {"permessage-deflate; server_no_context_takeover=true", declined},
        {"permessage-deflate; client_no_context_takeover=1", declined},
        {"permessage-deflate; client_no_context_takeover; client_no_context_takeover", declined},
        {"permessage-deflate; client_max_window_bits=9; client_max_window_bits=9", declined},
        {"permessage-deflate; unknown", declined},
        {"permessage-deflate; Server_No_Context_Takeover", declined},
        {"permessage-deflate;", declined},
        {"permessage-deflate permessage-deflate", declined},
        {"permessage-deflate; client_max_window_bits=\"9", declined},
        {",permessage-deflate", declined},
        {"permessage-deflate,", declined},
        {"", declined},
        {"permessage-bzip2", declined},
    };
    for (const auto& [offer, expected] : cases) {
        Client client = servers_.client();
        const Answer answer = upgrade(client, offer);
        EXPECT_EQ(answer.status, 101) << offer;
        if (expected.empty()) {
            EXPECT_EQ(answer.head.find("Sec-WebSocket-Extensions"), std::string::npos) << offer << answer.head;
        } else {
            EXPECT_TRUE(answer.has("Sec-WebSocket-Extensions: " + expected)) << offer << answer.head;
        }
    }
}

TEST_F(WebSocketDeflate, F13_OffersInSeveralFields) {
    Client client = servers_.client();
    client.send(request("Sec-WebSocket-Extensions: other\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"));
    EXPECT_TRUE(client.answer(true).has("Sec-WebSocket-Extensions: "s + kAgreed));
}

TEST_F(WebSocketDeflate, OffItIsNeverAgreedTo) {
    deflate_ = false;
    Client client = servers_.client();
    EXPECT_EQ(upgrade(client, "permessage-deflate").head.find("Sec-WebSocket-Extensions"), std::string::npos);
    client.send(client_frame(kText, std::string(5'000, 'x')));
    EXPECT_EQ(client.frame().first, kText);
    client.send(client_frame(kText | kRsv1, deflated("x")));
    EXPECT_EQ(client.frame(), (ReceivedFrame{kClose, close_payload(1002)}));
    EXPECT_EQ(servers_.counters().deflated, 0U);
}

TEST_F(WebSocketDeflate, ABroadcastTo1000ClientsCompressesOnce) {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, 4'096);
    setrlimit(RLIMIT_NOFILE, &files);
    const std::size_t count = files.rlim_cur >= 2'200 ? 1'000 : 400;

    std::vector<Client> clients;
    for (std::size_t i = 0; i < count; ++i) clients.push_back(connect());
    Client without = servers_.client();
    without.upgrade();
    const std::string message(5'000, 'b');
    servers_.on_shard(0, [&] {
        const FramePtr frame = Frame::make(Frame::Kind::text, {message});
        const FramePtr never = Frame::make(Frame::Kind::text, {message}, Frame::Compression::never);
        for (Echo& echo : echoes_) {
            echo.peer->send(frame);
            echo.peer->send(never);
        }
    });
    for (Client& client : clients) {
        const ReceivedFrame first = client.frame();
        ASSERT_EQ(first.first, kText | kRsv1);
        ASSERT_TRUE(inflated(first.payload) == message);
        ASSERT_TRUE(client.frame() == (ReceivedFrame{kText, message}));
    }
    EXPECT_TRUE(without.frame() == (ReceivedFrame{kText, message}));
    EXPECT_EQ(servers_.counters().deflated, 1U);
}

} // namespace
} // namespace hubbub::net::websocket
