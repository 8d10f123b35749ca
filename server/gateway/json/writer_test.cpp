#include "gateway/json/writer.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace hubbub::gateway {
namespace {

using namespace std::string_view_literals;

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
    std::string text;
    JsonWriter json{text};
    json.begin_object()
        .field("a", 1)
        .key("b")
        .begin_array()
        .value(1)
        .value("x")
        .begin_object()
        .end_object()
        .end_array();
    json.field("c", true).key("d").raw("null").key("e").begin_object().field("f", false).end_object().end_object();
    EXPECT_EQ(text, R"({"a":1,"b":[1,"x",{}],"c":true,"d":null,"e":{"f":false}})");
}

TEST(JsonWriter, WritesTheContractsTypes) {
    std::string text;
    JsonWriter{text}
        .begin_array()
        .value(UserId{9007199254740991})
        .value(Timestamp{std::chrono::milliseconds{1'790'000'000'123}})
        .value(std::optional<MessageId>{})
        .value(std::optional{MessageId{7}})
        .value(std::size_t{5})
        .value(std::int64_t{-5})
        .end_array();
    EXPECT_EQ(text, R"([9007199254740991,"2026-09-21T14:13:20.123Z",null,7,5,-5])");
}

TEST(JsonWriter, EscapesEveryByteThatMustBe) {
    std::string every;
    for (int byte = 0; byte < 0x80; ++byte) every += static_cast<char>(byte);
    for (const std::string_view value : {std::string_view{every}, "Grüße 👋\u2028"sv, "\"\\/"sv, ""sv, "\n"sv}) {
        std::string text;
        JsonWriter{text}.value(value);
        EXPECT_EQ(boost::json::parse(text).as_string(), value) << text;
    }
}

} // namespace
} // namespace hubbub::gateway
