#include "gateway/rest/session_cookie.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <initializer_list>
#include <utility>

namespace hubbub::gateway {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Outcome<SessionCookie> cookie_of(std::initializer_list<std::pair<const char*, const char*>> headers) {
    net::http::Request request;
    for (const auto& [name, value] : headers) request.headers.add(name, value);
    return SessionCookie::of(request);
}

TEST(SessionCookie, IsBoundToTheHostOverHttps) {
    const auto cookie = cookie_of({{"Origin", "https://chat.example"}, {"Sec-Fetch-Site", "same-origin"}});
    ASSERT_TRUE(cookie);
    EXPECT_THAT(cookie->keep("abc"), StartsWith("__Host-hubbub-refresh=abc; Path=/; Max-Age=2592000; "));
    EXPECT_THAT(cookie->keep("abc"), EndsWith("; HttpOnly; SameSite=Strict; Secure"));
    EXPECT_THAT(cookie->forget(), StartsWith("__Host-hubbub-refresh=; Path=/; Max-Age=0; "));
    EXPECT_EQ(cookie->token(), "");
}

TEST(SessionCookie, HasAnotherNameOverPlainHttpAndOnEachPort) {
    const auto plain = cookie_of({{"Origin", "http://[::1]:3000"}, {"Host", "[::1]:3000"}});
    ASSERT_TRUE(plain);
    EXPECT_THAT(plain->keep("abc"), StartsWith("hubbub-refresh-3000=abc; "));
    EXPECT_THAT(plain->keep("abc"), Not(HasSubstr("Secure")));
    const auto no_port = cookie_of({{"Origin", "http://[::1]"}, {"Host", "[::1]"}});
    ASSERT_TRUE(no_port);
    EXPECT_THAT(no_port->keep("abc"), StartsWith("hubbub-refresh=abc; "));
}

TEST(SessionCookie, IsFoundAmongOthersByItsWholeName) {
    const auto cookie = cookie_of({{"Origin", "https://chat.example:8443"},
                                   {"Sec-Fetch-Site", "same-origin"},
                                   {"Cookie", "a=b; hubbub-refresh-8443=plain; __Host-hubbub-refresh=other; "
                                              "__Host-hubbub-refresh-8443=this; __Host-hubbub-refresh-84433=no"}});
    ASSERT_TRUE(cookie);
    EXPECT_EQ(cookie->token(), "this");
    for (const char* others :
         {"", ";;=", "x__Host-hubbub-refresh=1", "__Host-hubbub-refresh", "__host-hubbub-refresh=1"}) {
        const auto none = cookie_of({{"Origin", "https://c"}, {"Sec-Fetch-Site", "same-origin"}, {"Cookie", others}});
        ASSERT_TRUE(none);
        EXPECT_EQ(none->token(), "") << others;
    }
}

TEST(SessionCookie, IsNoneOfAnotherOriginsPage) {
    for (const auto& [origin, host, site] : std::initializer_list<std::array<const char*, 3>>{
             {"https://evil.example", "chat.example", "cross-site"},
             {"https://sub.chat.example", "chat.example", "same-site"},
             {"https://chat.example", "chat.example", "none"},
             {"http://chat.example:3001", "chat.example:3000", ""},
             {"http://chat.example", "chat.example:3000", ""},
             {"http://chat.example.evil", "chat.example", ""},
             {"http://chat.example@evil", "chat.example", ""},
             {"null", "chat.example", "same-origin"},
             {"", "chat.example", "same-origin"},
             {"", "", ""},
             {"ftp://chat.example", "chat.example", ""},
             {"http://chat.example:80;x=1", "chat.example:80;x=1", ""},
             {"http://chat.example:123456", "chat.example:123456", ""},
         }) {
        const auto cookie = cookie_of({{"Origin", origin}, {"Host", host}, {"Sec-Fetch-Site", site}});
        ASSERT_FALSE(cookie) << origin;
        EXPECT_EQ(cookie.error().name, ErrorName::auth_foreign_origin);
    }
}

} // namespace
} // namespace hubbub::gateway
