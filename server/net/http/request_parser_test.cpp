#include "base/limits.hpp"
#include "net/http/request_parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hubbub::net::http {
namespace {

using namespace std::string_literals;

std::string describe(const Request& request) {
    std::string text = request.method + " " + request.target + " 1." + std::to_string(request.minor_version);
    for (const auto& [name, value] : request.headers) text += " [" + name + "=" + value + "]";
    if (!request.body.empty()) text += " body=" + request.body;
    if (!request.keep_alive) text += " close";
    if (request.upgrade_websocket) text += " websocket";
    return text;
}

/// Feeds `bytes` in pieces that end at `cuts`, as a connection would. The outcome: each request, or the refusal.
std::vector<std::string> parse(const std::string& bytes, const std::vector<std::size_t>& cuts) {
    RequestParser parser;
    std::vector<std::string> outcome;
    std::size_t used = 0;
    for (const std::size_t end : cuts) {
        for (bool more = true; more;) {
            used += parser.parse(std::string_view{bytes}.substr(used, end - used));
            more = parser.state() == RequestParser::State::complete;
            if (more) outcome.push_back(describe(parser.take()));
        }
        if (parser.state() == RequestParser::State::failed) {
            outcome.push_back(std::to_string(parser.failure()));
            return outcome;
        }
    }
    if (used < bytes.size() || parser.state() == RequestParser::State::body) outcome.push_back("incomplete");
    return outcome;
}

void expect(const std::string& bytes, const std::vector<std::string>& expected) {
    EXPECT_EQ(parse(bytes, {bytes.size()}), expected) << bytes.substr(0, 200);
    std::vector<std::size_t> every;
    for (std::size_t i = 1; i <= bytes.size(); ++i) every.push_back(i);
    EXPECT_EQ(parse(bytes, every), expected) << "bytewise: " << bytes.substr(0, 200);
    if (bytes.size() > 2000) return;
    for (std::size_t split = 1; split < bytes.size(); ++split)
        ASSERT_EQ(parse(bytes, {split, bytes.size()}), expected) << "split at " << split << ": " << bytes;
}

/// A request with one field more (or fields, or none).
std::string with(const std::string& fields, const std::string& body = "") {
    return "POST /p HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n" + body;
}

TEST(RequestParser, ReadsRequests) {
    expect("GET / HTTP/1.1\r\nHost: h\r\n\r\n", {"GET / 1.1 [Host=h]"});
    expect("\r\nGET /a?b=c HTTP/1.1\r\nhost:h:80 \r\nX:\t spaced \t\r\nEmpty:\r\n\r\n",
           {"GET /a?b=c 1.1 [host=h:80] [X=spaced] [Empty=]"});
    expect(with("Content-Length: 5\r\n", "hello"), {"POST /p 1.1 [Host=h] [Content-Length=5] body=hello"});
    expect(with("Content-Length: 0\r\n"), {"POST /p 1.1 [Host=h] [Content-Length=0]"});
    expect("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", {"OPTIONS * 1.1 [Host=h]"});
    expect("BREW /pot HTTP/1.1\r\nHost: h\r\n\r\n", {"BREW /pot 1.1 [Host=h]"});
    expect(with("X: caf\xC3\xA9 \xFF\r\n"), {"POST /p 1.1 [Host=h] [X=caf\xC3\xA9 \xFF]"});
}

TEST(RequestParser, Pipelines) {
    const std::string get = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n";
    expect(get + with("Content-Length: 2\r\n", "ab") + get,
           {"GET /1 1.1 [Host=h]", "POST /p 1.1 [Host=h] [Content-Length=2] body=ab", "GET /1 1.1 [Host=h]"});
    expect(get + "GET /2 HTTP/1.1\r\nHo", {"GET /1 1.1 [Host=h]", "incomplete"});
}

TEST(RequestParser, KeepAlive) {
    expect("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", {"GET / 1.1 [Host=h] [Connection=close] close"});
    expect("GET / HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n",
           {"GET / 1.1 [Host=h] [Connection=x, Close] close"});
    expect("GET / HTTP/1.0\r\n\r\n", {"GET / 1.0 close"});
    expect("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", {"GET / 1.0 [Connection=Keep-Alive]"});
}

TEST(RequestParser, Upgrade) {
    const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n";
    expect(get + "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\n",
           {"GET / 1.1 [Host=h] [Connection=keep-alive, Upgrade] [Upgrade=WebSocket] websocket"});
    expect(get + "Upgrade: websocket\r\n\r\n", {"GET / 1.1 [Host=h] [Upgrade=websocket]"});
    expect(get + "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
           {"GET / 1.1 [Host=h] [Connection=Upgrade] [Upgrade=h2c]"});
}

TEST(RequestParser, ContentLength) {
    for (const char* bad :
         {"+5", "-1", "0x5", "5,5", "5, 5", "5 5", "", "five", "5.0", "9223372036854775808", "99999999999999999999999"})
        expect(with("Content-Length: "s + bad + "\r\n", "hello"), {"400"});
    expect(with("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), {"400"});
    expect(with("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), {"400"});
    expect(with("Content-Length: " + std::to_string(limits::kHttpBodyBytesMax + 1) + "\r\n"), {"413"});
    expect(with("Content-Length: " + std::to_string(limits::kHttpBodyBytesMax) + "\r\n"), {"incomplete"});
}

TEST(RequestParser, TransferEncoding) {
    const std::string body = "5;ext=\"v\"\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: dropped\r\n\r\n";
    expect(with("Transfer-Encoding: Chunked\r\n", body),
           {"POST /p 1.1 [Host=h] [Transfer-Encoding=Chunked] body=hello!"});
    for (const char* bad : {"xchunked", "chunked, chunked", "chunked, gzip", "identity", "", "chunked;q=1",
                            "\x0b"
                            "chunked",
                            "chunkedx", "chunked,", "chun ked", "xgzip, chunked"})
        expect(with("Transfer-Encoding: "s + bad + "\r\n", body), {"400"});
    for (const char* coding : {"gzip", "gzip, chunked", "deflate, chunked"})
        expect(with("Transfer-Encoding: "s + coding + "\r\n", body), {"501"});
    expect(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", body), {"400"});
    expect(with("Transfer-Encoding : chunked\r\n", body), {"400"});
    expect(with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", body), {"400"});
    expect(with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", body), {"400"});
    expect("POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + body, {"400"});
}

TEST(RequestParser, Chunks) {
    const std::string te = "Transfer-Encoding: chunked\r\n";
    for (const char* bad :
         {"+5\r\nhello\r\n0\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n", "-5\r\n\r\n", "5\nhello\r\n0\r\n\r\n",
          "5\r\nhelloX0\r\n\r\n", "fffffffffffffffff\r\n\r\n", "10000000000000000\r\n\r\n", "\r\n\r\n\r\n",
          "5;\r\nhello\r\n0\r\n\r\n", "5;a=\r\nhello\r\n0\r\n\r\n", "5 \r\nhello\r\n0\r\n\r\n", "g\r\n\r\n\r\n",
          "0\r\nContent-Length: 5\r\n\r\n", "0\r\nHost: evil\r\n\r\n", "0\r\nTransfer-Encoding: chunked\r\n\r\n",
          "0\r\nBad Name: x\r\n\r\n", "0\r\nX: a\rb\r\n\r\n"})
        expect(with(te, bad), {"400"});
    expect(with(te, "F4241\r\n"), {"413"}); // limit + 1
    expect(with(te, "ffffffffffffffff\r\n"), {"413"});
    const std::string half = "7A120\r\n" + std::string(500'000, 'x') + "\r\n";
    EXPECT_EQ(parse(with(te, half + half + "1\r\ny\r\n0\r\n\r\n"), {1'100'000}), std::vector<std::string>{"413"});
}

TEST(RequestParser, ChunkFloods) {
    const std::string te = "Transfer-Encoding: chunked\r\n";
    std::string extensions;
    for (int i = 0; i < 100; ++i) extensions += "1;" + std::string(100, 'e') + "\r\nx\r\n";
    expect(with(te, extensions), {"400"});
    expect(with(te, "1;" + std::string(20'000, 'e')), {"400"});
    std::string trailers = "0\r\n";
    for (int i = 0; i < 500; ++i) trailers += "Trailer-" + std::to_string(i) + ": 0123456789\r\n";
    expect(with(te, trailers + "\r\n"), {"400"});
    std::string tiny;
    for (int i = 0; i < 100'000; ++i) tiny += "1\r\nx\r\n";
    const std::string request = with(te, tiny + "0\r\n\r\n");
    const auto outcome = parse(request, {request.size()});
    ASSERT_EQ(outcome.size(), 1U);
    EXPECT_TRUE(outcome[0].ends_with(std::string(1000, 'x')));
}

TEST(RequestParser, LinesAndFields) {
    const std::string get = "GET / HTTP/1.1\r\n";
    for (const auto& bad : {"GET / HTTP/1.1\nHost: h\n\n"s,
                            get + "Host: h\nX: y\r\n\r\n",
                            get + "Host: h\r\nX: a\rb\r\n\r\n",
                            get + "Host: h\r\n\n",
                            get + "Host: h\r\nX: a\r\n folded\r\n\r\n",
                            get + " Host: h\r\n\r\n",
                            get + "Host : h\r\n\r\n",
                            get + "Host: h\r\nX\t: y\r\n\r\n",
                            get + "Host: h\r\nX: \0\r\n\r\n"s,
                            get + "Host: h\r\nX\0: y\r\n\r\n"s,
                            get + "Host: h\r\n: y\r\n\r\n",
                            get + "Host: h\r\nno colon\r\n\r\n",
                            get + "Host: h\r\nX(: y\r\n\r\n",
                            get + "Host: h\r\nX\xC3\xA9: y\r\n\r\n",
                            get + "Host: h\r\nX: \x01\r\n\r\n",
                            get + "Host: h\r\nX: \x7F\r\n\r\n",
                            "\r\n\r\n"s + get + "Host: h\r\n\r\n",
                            "G\0T / HTTP/1.1\r\nHost: h\r\n\r\n"s,
                            "GET  / HTTP/1.1\r\nHost: h\r\n\r\n"s,
                            "GET /\r\n\r\n"s,
                            " GET / HTTP/1.1\r\nHost: h\r\n\r\n"s,
                            "GET / x HTTP/1.1\r\nHost: h\r\n\r\n"s,
                            "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n"s,
                            "G(T / HTTP/1.1\r\nHost: h\r\n\r\n"s,
                            get + "Host: h\r\nConnection: (\r\n\r\n",
                            "GET / HTTP/1.1 \r\nHost: h\r\n\r\n"s,
                            "\x16\x03\x01\x02"s})
        expect(bad, {"400"});
}

TEST(RequestParser, Hosts) {
    expect("GET / HTTP/1.1\r\n\r\n", {"400"});
    expect("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", {"400"});
    expect("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", {"400"});
    expect("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", {"400"});
    expect("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", {"400"});
    expect("GET / HTTP/1.1\r\nHost:\r\n\r\n", {"GET / 1.1 [Host=]"});
    expect("GET http://real/x HTTP/1.1\r\nHost: h\r\n\r\n", {"GET /x 1.1 [Host=real]"});
    expect("GET http://real/x HTTP/1.1\r\n\r\n", {"400"});
}

TEST(RequestParser, Targets) {
    for (const char* bad : {"/..", "/a/%2e%2e/b", "/%", "/%00", "/%c0%ae", "x", "*", "h:443", "/#f", "/\xC3\xA9"})
        expect("GET "s + bad + " HTTP/1.1\r\nHost: h\r\n\r\n", {"400"});
}

TEST(RequestParser, Versions) {
    for (const char* version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.1"})
        expect("GET / "s + version + "\r\nHost: h\r\n\r\n", {"505"});
    for (const char* version : {"HTTP/1", "http/1.1", "HTTP/11", "HTTP/1.1x", "HTTP/1.10", "HTTQ/1.1", "HTTP/a.b"})
        expect("GET / "s + version + "\r\nHost: h\r\n\r\n", {"400"});
    expect("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {"505"});
}

TEST(RequestParser, HeadLimits) {
    const std::string host = "HTTP/1.1\r\nHost: h\r\n";
    const std::string longest = "/" + std::string(limits::kHttpTargetBytesMax - 1, 'a');
    expect("GET " + longest + " " + host + "\r\n", {"GET " + longest + " 1.1 [Host=h]"});
    expect("GET " + longest + "a " + host + "\r\n", {"414"});
    expect("GET " + longest + longest, {"414"});
    const std::string value(limits::kHttpHeadBytesMax - 9 - 5 - 2, 'v'); // behind "Host: h", "X: " with line ends
    expect("GET / " + host + "X: " + value + "\r\n\r\n", {"GET / 1.1 [Host=h] [X=" + value + "]"});
    expect("GET / " + host + "X: " + value + "v\r\n\r\n", {"431"});
    expect("GET / " + host + "X: " + value + value, {"431"});
    std::string many;
    for (std::size_t i = 1; i < limits::kHttpHeaderCountMax; ++i) many += "X: y\r\n";
    EXPECT_EQ(parse("GET / " + host + many + "\r\n", {16 * 1024})[0].substr(0, 8), "GET / 1.");
    expect("GET / " + host + many + "X: y\r\n\r\n", {"431"});
}

TEST(RequestParser, Expectations) {
    expect(with("Expect: 100-Continue\r\nContent-Length: 2\r\n", "ab"),
           {"POST /p 1.1 [Host=h] [Expect=100-Continue] [Content-Length=2] body=ab"});
    expect(with("Expect: 200-ok\r\nContent-Length: 2\r\n", "ab"), {"417"});
    RequestParser parser;
    const std::string request = with("Expect: 100-continue\r\nContent-Length: 2\r\n", "ab");
    const std::size_t head = request.size() - 2;
    EXPECT_EQ(parser.parse(std::string_view{request}.substr(0, head)), head);
    EXPECT_TRUE(parser.wants_continue());
    EXPECT_EQ(parser.parse("a"), 1U);
    EXPECT_FALSE(parser.wants_continue());
}

} // namespace
} // namespace hubbub::net::http
