#include "socketio/payload.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace hubbub::socketio {
namespace {

BOOST_DEFINE_ENUM_CLASS(Colour, red, green)

struct Item {
    std::string name;
    std::optional<int> count;
};
BOOST_DESCRIBE_STRUCT(Item, (), (name, count))

std::optional<FieldError> check(const Item& item) {
    if (item.name.size() > 8) return FieldError{"name", "at most 8 characters"};
    return {};
}

struct Base {
    bool urgent = false;
};
BOOST_DESCRIBE_STRUCT(Base, (), (urgent))

struct Order : Base {
    std::vector<Item> items;
    Colour colour = Colour::red;
    double price = 0;
    std::uint8_t small = 0;
    std::map<std::string, std::vector<int>> extra;
    boost::json::value free;
    std::optional<Binary> file;
};
BOOST_DESCRIBE_STRUCT(Order, (Base), (items, colour, price, small, extra, free, file))

constexpr std::string_view kOrder =
    R"({"urgent":true,"items":[{"name":"pen"},{"name":"ink","count":2}],"colour":"green","price":1.5,"small":255,
        "extra":{"a":[1,2],"b":[]},"free":{"x":null},"file":{"_placeholder":true,"num":0},"unknown":1})";

TEST(Payload, ReadsEveryType) {
    const std::vector<std::string> attachments{"bytes"};
    const auto order = decode<Order>(boost::json::parse(kOrder), attachments);
    ASSERT_TRUE(order) << to_string(order.error());
    EXPECT_TRUE(order->urgent);
    ASSERT_EQ(order->items.size(), 2U);
    EXPECT_EQ(order->items[0].count, std::nullopt);
    EXPECT_EQ(order->items[1].count, 2);
    EXPECT_EQ(order->colour, Colour::green);
    EXPECT_EQ(order->price, 1.5);
    EXPECT_EQ(order->small, 255);
    EXPECT_EQ(order->extra.at("a"), (std::vector<int>{1, 2}));
    EXPECT_EQ(order->free, boost::json::parse(R"({"x":null})"));
    EXPECT_EQ(order->file, Binary{"bytes"});
}

TEST(Payload, WritesWhatItReads) {
    const std::vector<std::string> attachments{"bytes"};
    const auto order = decode<Order>(boost::json::parse(kOrder), attachments);
    ASSERT_TRUE(order);
    const Arguments arguments = arguments_of(*order, "text", 7, nullptr, true);
    auto expected = boost::json::parse(kOrder);
    expected.as_object().erase("unknown");
    ASSERT_EQ(arguments.values.size(), 5U);
    EXPECT_EQ(arguments.values[0], expected);
    EXPECT_EQ(boost::json::serialize(boost::json::value(
                  {arguments.values[1], arguments.values[2], arguments.values[3], arguments.values[4]})),
              R"(["text",7,null,true])");
    EXPECT_EQ(arguments.attachments, attachments);
}

TEST(Payload, NumbersThatJsonLacksBecomeNull) {
    const Arguments arguments = arguments_of(std::numeric_limits<double>::quiet_NaN(), HUGE_VAL);
    EXPECT_EQ(boost::json::serialize(arguments.values), "[null,null]");
}

struct Fault {
    const char* name;
    const char* json;
    const char* message;
};

class WrongPayload : public ::testing::TestWithParam<Fault> {};

TEST_P(WrongPayload, NamesTheField) {
    // Each fault replaces fields of a good order.
    auto value = boost::json::parse(GetParam().json);
    if (value.is_object()) {
        auto whole = boost::json::parse(kOrder).as_object();
        for (auto& [field, replaced] : value.get_object()) whole[field] = replaced;
        if (value.get_object().empty()) whole.erase("colour");
        value = std::move(whole);
    }
    const std::vector<std::string> attachments{"bytes"};
    const auto order = decode<Order>(value, attachments);
    ASSERT_FALSE(order);
    EXPECT_EQ(to_string(order.error()), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongPayload,
    ::testing::Values(
        Fault{"not_an_object", "[]", "payload: expected object"},
        Fault{"absent", "{}", "colour: expected one of red, green"},
        Fault{"boolean", R"({"urgent":1})", "urgent: expected boolean"},
        Fault{"nested_string", R"({"items":[{"name":"a"},{"name":7}]})", "items[1].name: expected string"},
        Fault{"nested_absent", R"({"items":[{}]})", "items[0].name: expected string"},
        Fault{"nested_optional", R"({"items":[{"name":"a","count":"1"}]})", "items[0].count: expected integer"},
        Fault{"constraint", R"({"items":[{"name":"much too long"}]})", "items[0].name: expected at most 8 characters"},
        Fault{"array", R"({"items":{}})", "items: expected array"},
        Fault{"element", R"({"items":[null]})", "items[0]: expected object"},
        Fault{"enumerator", R"({"colour":"blue"})", "colour: expected one of red, green"},
        Fault{"enum_number", R"({"colour":0})", "colour: expected one of red, green"},
        Fault{"number", R"({"price":"1"})", "price: expected number"},
        Fault{"too_large", R"({"small":256})", "small: expected integer from 0 to 255"},
        Fault{"negative", R"({"small":-1})", "small: expected integer from 0 to 255"},
        Fault{"fraction", R"({"small":1.5})", "small: expected integer"},
        Fault{"beyond_int", R"({"items":[{"name":"a","count":3000000000}]})",
              "items[0].count: expected integer from -2147483648 to 2147483647"},
        Fault{"beyond_int64", R"({"items":[{"name":"a","count":9999999999999999999}]})",
              "items[0].count: expected integer from -2147483648 to 2147483647"},
        Fault{"map_element", R"({"extra":{"k":[1,true]}})", "extra.k[1]: expected integer"},
        Fault{"binary", R"({"file":"text"})", "file: expected binary"},
        Fault{"binary_beyond", R"({"file":{"_placeholder":true,"num":1}})", "file: expected binary"},
        Fault{"binary_negative", R"({"file":{"_placeholder":true,"num":-1}})", "file: expected binary"}),
    [](const auto& param) { return std::string{param.param.name}; });

TEST(Payload, ArgumentsAreReadByNumber) {
    const Arguments arguments = arguments_of("first", 2);
    EXPECT_EQ(*decode<std::string>(arguments), "first");
    EXPECT_EQ(*decode<int>(arguments, 1), 2);
    EXPECT_EQ(*decode<std::optional<int>>(arguments, 2), std::nullopt);
    EXPECT_FALSE(decode<int>(arguments, 2));
}

TEST(Payload, ListsOfBooleans) {
    EXPECT_EQ(*decode<std::vector<bool>>(boost::json::parse("[true,false]")), (std::vector<bool>{true, false}));
    EXPECT_EQ(boost::json::serialize(arguments_of(std::vector<bool>{true, false}).values), "[[true,false]]");
}

} // namespace
} // namespace hubbub::socketio
