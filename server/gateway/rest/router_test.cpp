#include "gateway/rest/router.hpp"

#include <gmock/gmock.h>

namespace hubbub::gateway {
namespace {

Router make() {
    Router router;
    router.add("GET", "/channels");                        // 0
    router.add("POST", "/channels");                       // 1
    router.add("GET", "/channels/browse");                 // 2
    router.add("GET", "/channels/{id}");                   // 3
    router.add("DELETE", "/channels/{id}/members/{user}"); // 4
    return router;
}

TEST(Router, FindsByMethodAndPath) {
    const Router router = make();
    EXPECT_EQ(router.find("GET", "/channels").route, 0u);
    EXPECT_EQ(router.find("POST", "/channels").route, 1u);
    const auto match = router.find("DELETE", "/channels/42/members/x");
    EXPECT_EQ(match.route, 4u);
    ASSERT_EQ(match.parameters.size(), 2u);
    EXPECT_EQ(match.parameters[0].name, "id");
    EXPECT_EQ(match.parameters[0].value, "42");
    EXPECT_EQ(match.parameters[1].name, "user");
    EXPECT_EQ(match.parameters[1].value, "x");
}

TEST(Router, PrefersLiteralSegments) {
    const Router router = make();
    EXPECT_EQ(router.find("GET", "/channels/browse").route, 2u);
    EXPECT_EQ(router.find("GET", "/channels/Browse").route, 3u);
    EXPECT_EQ(router.find("DELETE", "/channels/browse").allow, "GET");
}

TEST(Router, TellsWhichMethodsAPathKnows) {
    const auto match = make().find("PUT", "/channels");
    EXPECT_FALSE(match.route);
    EXPECT_EQ(match.allow, "GET, POST");
}

TEST(Router, KnowsNoOtherPaths) {
    for (const auto path : {"", "/", "channels", "/channels/", "/channels/1/", "//channels", "/channels//members/1",
                            "/channels/1/members", "/channels/1/members/2/3", "/CHANNELS"}) {
        const auto match = make().find("GET", path);
        EXPECT_FALSE(match.route) << path;
        EXPECT_EQ(match.allow, "") << path;
    }
}

} // namespace
} // namespace hubbub::gateway
