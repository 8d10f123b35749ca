#include "main/config.hpp"
#include "main/trusted_proxies.hpp"

#include <gtest/gtest.h>

namespace hubbub::program {
namespace {

std::string client(const std::vector<std::string>& networks, const std::string& peer,
                   std::initializer_list<const char*> forwarded) {
    net::http::Request request;
    request.remote_address = peer;
    for (const char* value : forwarded) request.headers.add("X-Forwarded-For", value);
    return TrustedProxies{networks}.client_of(request);
}

TEST(TrustedProxies, BelievesNobodyUnlessTold) {
    EXPECT_EQ(client({}, "203.0.113.9", {"198.51.100.1"}), "203.0.113.9");
    EXPECT_EQ(client({"10.0.0.1"}, "203.0.113.9", {"198.51.100.1"}), "203.0.113.9");
}

TEST(TrustedProxies, TakesTheLastAddressThatIsNoProxy) {
    EXPECT_EQ(client({"10.0.0.0/8"}, "10.1.2.3", {"198.51.100.1"}), "198.51.100.1");
    EXPECT_EQ(client({"10.0.0.0/8"}, "10.1.2.3", {"1.1.1.1, 198.51.100.1, 10.9.9.9"}), "198.51.100.1");
    EXPECT_EQ(client({"10.0.0.0/8"}, "10.1.2.3", {"1.1.1.1", "198.51.100.1"}), "198.51.100.1") << "two headers";
    EXPECT_EQ(client({"10.0.0.0/8"}, "10.1.2.3", {}), "10.1.2.3");
    EXPECT_EQ(client({"10.0.0.0/8"}, "10.1.2.3", {"10.0.0.7, 10.0.0.8"}), "10.0.0.7");
    EXPECT_EQ(client({"2001:db8::/33"}, "2001:db8::1", {"2001:db8:8000::1"}), "2001:db8:8000::1");
    EXPECT_EQ(client({"127.0.0.1"}, "127.0.0.1", {"::ffff:198.51.100.1"}), "198.51.100.1");
}

TEST(TrustedProxies, StopsAtWhatIsNoAddress) {
    EXPECT_EQ(client({"10.0.0.0/8"}, "10.1.2.3", {"198.51.100.1, unknown"}), "10.1.2.3");
    EXPECT_EQ(client({"10.0.0.0/8"}, "10.1.2.3", {"\"x\r\ny\""}), "10.1.2.3");
    EXPECT_EQ(client({"10.0.0.0/8"}, "10.1.2.3", {""}), "10.1.2.3");
}

TEST(TrustedProxies, TakesRequestIdsOfProxiesAlone) {
    const auto id = [](const std::string& peer, const std::string& given) {
        net::http::Request request;
        request.remote_address = peer;
        request.headers.add("x-request-id", given);
        return TrustedProxies{{"10.0.0.0/8"}}.request_id_of(request);
    };
    EXPECT_EQ(id("10.1.2.3", "0Az-9"), "0Az-9");
    EXPECT_EQ(id("10.1.2.3", std::string(64, 'x')), std::string(64, 'x'));
    EXPECT_EQ(id("203.0.113.9", "0Az-9"), "");
    for (const std::string& wrong : {std::string{}, std::string(65, 'x'), std::string{"a b"}, std::string{"a\r\nb"},
                                     std::string{"a_b"}, std::string{"\"a\""}, std::string{"\xc3\xa9"}})
        EXPECT_EQ(id("10.1.2.3", wrong), "") << wrong;
}

TEST(TrustedProxies, RefusesWhatIsNoNetwork) {
    for (const char* text : {"", "proxy", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "10.0.0/8"})
        EXPECT_THROW(TrustedProxies{{text}}, ConfigError) << text;
}

} // namespace
} // namespace hubbub::program
