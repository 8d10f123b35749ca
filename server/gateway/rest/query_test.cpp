#include "chat/channels/rules.hpp"
#include "gateway/rest/query.hpp"

#include <gmock/gmock.h>

namespace hubbub::gateway {
namespace {

net::http::Request request_of(std::string query) {
    net::http::Request request;
    request.query = std::move(query);
    return request;
}

TEST(ParseInteger, TakesDecimalDigitsOnly) {
    EXPECT_EQ(*parse_integer("42", 1, 100), 42);
    for (const auto text : {"", " 1", "1 ", "+1", "1.5", "1e3", "0x1", "x", "1'", "--1"})
        EXPECT_EQ(parse_integer(text, 1, 100).error().name, ErrorName::validation_format) << text;
    for (const auto text : {"0", "101", "-1", "99999999999999999999", "-99999999999999999999"})
        EXPECT_EQ(parse_integer(text, 1, 100).error().name, ErrorName::validation_range) << text;
}

TEST(Query, ReadsAPage) {
    const auto request = request_of("cursor=ab%3D&limit=7");
    Query query{request};
    const auto page = query.page();
    EXPECT_FALSE(query.failure());
    EXPECT_EQ(page.cursor, "ab=");
    EXPECT_EQ(page.limit, 7u);
}

TEST(Query, RefusesPagesThatWouldBeCut) {
    for (const auto text : {"limit=0", "limit=101", "limit=", "limit=x", "limit=1.5", "limit=-1"}) {
        const auto request = request_of(text);
        Query query{request};
        query.page();
        ASSERT_TRUE(query.failure()) << text;
        EXPECT_EQ(query.failure()->field, "limit") << text;
    }
}

TEST(Query, RefusesCursorsThatNobodyGave) {
    for (const std::string& text : {std::string{"cursor="}, std::string{"cursor=%00"}, std::string{"cursor=a%20b"},
                                    std::string{"cursor=%C3%A9"}, "cursor=" + std::string(300, 'x')}) {
        const auto request = request_of(text);
        Query query{request};
        query.page();
        ASSERT_TRUE(query.failure()) << text;
        EXPECT_EQ(query.failure()->field, "cursor") << text;
    }
}

TEST(Query, ReadsUserIds) {
    const auto request = request_of("ids=3,1,2");
    Query query{request};
    EXPECT_THAT(query.user_ids("ids", 3), testing::ElementsAre(UserId{3}, UserId{1}, UserId{2}));
    EXPECT_FALSE(query.failure());
    for (const auto text : {"", "ids=", "ids=1,,2", "ids=1,", "ids=,1", "ids=x", "ids=1,2,3,4", "ids=0"}) {
        const auto wrong = request_of(text);
        Query refused{wrong};
        refused.user_ids("ids", 3);
        ASSERT_TRUE(refused.failure()) << text;
        EXPECT_EQ(refused.failure()->field, "ids") << text;
    }
}

TEST(Query, KeepsTheFirstFault) {
    const auto request = request_of("before=x&after=y");
    Query query{request};
    query.optional_id<MessageId>("before");
    query.optional_id<MessageId>("after");
    EXPECT_EQ(query.failure()->field, "before");
}

TEST(Query, AppliesTheRuleOfAText) {
    const auto request = request_of("query=a%E2%80%AEb");
    Query query{request};
    query.text("query", chat::parse_channel_name);
    EXPECT_EQ(query.failure()->name, ErrorName::validation_format);
}

} // namespace
} // namespace hubbub::gateway
