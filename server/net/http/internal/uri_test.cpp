#include "net/http/internal/uri.hpp"

#include <gtest/gtest.h>

namespace hubbub::net::http {
namespace {

TEST(PercentDecode, Decodes) {
    EXPECT_EQ(percent_decode("", false), "");
    EXPECT_EQ(percent_decode("a%20b+c", false), "a b+c");
    EXPECT_EQ(percent_decode("a%20b+c", true), "a b c");
    EXPECT_EQ(percent_decode("%F0%9f%98%80", false), "😀");
    EXPECT_EQ(percent_decode("100%25", false), "100%");
}

TEST(PercentDecode, RefusesWhatIsBroken) {
    for (const char* text :
         {"%", "%2", "%zz", "a%2", "%%30", "%-1", "%00", "%0a", "%7F", "%ff", "%c0%af", "%ed%a0%80", "%e2%82"})
        EXPECT_FALSE(percent_decode(text, false)) << text;
}

TEST(ParseTarget, TakesTheFormsApart) {
    const struct {
        const char* method;
        const char* target;
        const char* origin_form;
        const char* path;
        const char* query;
    } cases[] = {
        {"GET", "/", "/", "/", ""},
        {"GET", "/a/b%20c?x=1&y=%20", "/a/b%20c?x=1&y=%20", "/a/b c", "x=1&y=%20"},
        {"GET", "/socket.io/?EIO=4&transport=polling", "/socket.io/?EIO=4&transport=polling", "/socket.io/",
         "EIO=4&transport=polling"},
        {"GET", "/?a?b", "/?a?b", "/", "a?b"},
        {"GET", "//double", "//double", "//double", ""},
        {"GET", "/..a/b..", "/..a/b..", "/..a/b..", ""},
        {"GET", "/?path=../..", "/?path=../..", "/", "path=../.."},
        {"OPTIONS", "*", "*", "*", ""},
        {"GET", "http://example.org", "/", "/", ""},
        {"GET", "HTTP://example.org:80/x?y", "/x?y", "/x", "y"},
        {"GET", "https://example.org?y", "/?y", "/", "y"},
    };
    for (const auto& expected : cases) {
        const auto target = parse_target(expected.method, expected.target);
        ASSERT_TRUE(target) << expected.target;
        EXPECT_EQ(target->origin_form, expected.origin_form);
        EXPECT_EQ(target->path, expected.path);
        EXPECT_EQ(target->query, expected.query);
    }
    EXPECT_EQ(parse_target("GET", "http://example.org:80/x")->authority, "example.org:80");
}

TEST(ParseTarget, RefusesTheRest) {
    for (const char* target : {"",          "*",
                               "x",         "example.org:443",
                               "ftp://x/",  "http://",
                               "http:///x", "http://u@h/",
                               "/#f",       "/a#b",
                               "/%",        "/%zz",
                               "/a%00b",    "/%c0%ae%c0%ae/",
                               "/%ff",      "/..",
                               "/../x",     "/a/..",
                               "/a/../b",   "/.",
                               "/./",       "/a/./b",
                               "/%2e%2e/x", "/.%2E/x",
                               "/a/%2e%2e", "/..%2fx",
                               "/\xC3\xA9", "/?q=%",
                               "/?q=%ff",   "/?q=%00"})
        EXPECT_FALSE(parse_target("GET", target)) << target;
}

TEST(IsHost, AllowsHostsOnly) {
    for (const char* host : {"", "example.org", "localhost:3000", "[::1]:80", "127.0.0.1", "xn--bcher-kva.example"})
        EXPECT_TRUE(is_host(host)) << host;
    for (const char* host : {"a b", "a/b", "u@h", "a?b", "a#b", "h\\x", "a\"b", "h,\th", "<h>"})
        EXPECT_FALSE(is_host(host)) << host;
}

} // namespace
} // namespace hubbub::net::http
