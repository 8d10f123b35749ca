#include "net/http/internal/response_writer.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace hubbub::net::http {
namespace {

std::string write(const Response& response, const Request& request, bool keep_alive) {
    ResponseWriter writer;
    const std::string bytes{writer.write(response, request, keep_alive)->wire()};
    static const std::regex kDate{
        "Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z][a-z] \\d{4} \\d\\d:\\d\\d:\\d\\d GMT\r\n"};
    EXPECT_TRUE(std::regex_search(bytes, kDate)) << bytes;
    return std::regex_replace(bytes, kDate, "");
}

Request request_of(std::string method, int minor_version = 1) {
    Request request;
    request.method = std::move(method);
    request.minor_version = minor_version;
    return request;
}

TEST(ResponseWriter, WritesWhatTheRequestAsksFor) {
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Length: 2\r\n";
    const Response ok = text_response(200, "ok");
    EXPECT_EQ(write(ok, request_of("GET"), true), head + "\r\nok");
    EXPECT_EQ(write(ok, request_of("HEAD"), true), head + "\r\n");
    EXPECT_EQ(write(ok, request_of("GET"), false), head + "Connection: close\r\n\r\nok");
    EXPECT_EQ(write(ok, request_of("GET", 0), true), head + "Connection: keep-alive\r\n\r\nok");
}

TEST(ResponseWriter, HasALengthOnlyWhereABodyMayBe) {
    EXPECT_EQ(write({204, {}, "", false}, request_of("OPTIONS"), true), "HTTP/1.1 204 No Content\r\n\r\n");
    EXPECT_EQ(write({304, {}, "", false}, request_of("GET"), true), "HTTP/1.1 304 Not Modified\r\n\r\n");
    EXPECT_EQ(write({404, {}, "", false}, request_of("GET"), true),
              "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
}

TEST(ResponseWriter, AFieldCannotSplitTheResponse) {
    Response response;
    response.headers.add("X", "a\r\nSet-Cookie: evil");
    EXPECT_EQ(write(response, request_of("GET"), true),
              "HTTP/1.1 200 OK\r\nX: a  Set-Cookie: evil\r\nContent-Length: 0\r\n\r\n");
}

TEST(ResponseWriter, CountsSharedContentAndLeavesItToItsFrame) {
    Response response;
    response.content = Frame::make(Frame::Kind::raw, {"four"});
    EXPECT_EQ(write(response, request_of("GET"), true), "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
    EXPECT_TRUE(carries_body(response, request_of("GET")));
    EXPECT_FALSE(carries_body(response, request_of("HEAD")));
}

} // namespace
} // namespace hubbub::net::http
