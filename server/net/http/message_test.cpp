#include "net/http/message.hpp"

#include <gtest/gtest.h>

namespace hubbub::net::http {
namespace {

TEST(Fields, LookUpIgnoresCase) {
    Fields fields;
    fields.add("Accept", "a");
    fields.add("ACCEPT", "b");
    EXPECT_EQ(fields.get("accept"), "a");
    EXPECT_EQ(fields.count("Accept"), 2U);
    EXPECT_TRUE(fields.contains("aCCept"));
    EXPECT_FALSE(fields.contains("Accep"));
    EXPECT_EQ(fields.get("Host"), "");
}

TEST(Request, QueryValues) {
    Request request;
    request.query = "EIO=4&transport=polling&empty=&flag&name=a%20b+c&na%6De2=x&EIO=5&&=odd";
    EXPECT_EQ(request.query_value("EIO"), "4");
    EXPECT_EQ(request.query_value("transport"), "polling");
    EXPECT_EQ(request.query_value("name"), "a b c");
    EXPECT_EQ(request.query_value("name2"), "x");
    EXPECT_EQ(request.query_value("flag"), "");
    EXPECT_TRUE(request.has_query("flag"));
    EXPECT_TRUE(request.has_query("empty"));
    EXPECT_FALSE(request.has_query("sid"));
    EXPECT_FALSE(request.has_query("eio"));
    EXPECT_EQ(request.query_value(""), "");
    request.query = "";
    EXPECT_FALSE(request.has_query("EIO"));
}

TEST(Response, Makers) {
    const Response json = json_response(400, "{}");
    EXPECT_EQ(json.status, 400);
    EXPECT_EQ(json.headers.get("Content-Type"), "application/json");
    EXPECT_EQ(text_response(200, "ok").headers.get("Content-Type"), "text/plain; charset=UTF-8");
}

} // namespace
} // namespace hubbub::net::http
