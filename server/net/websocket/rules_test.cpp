// The rules of RFC 6455 against a real listener, one case each, in the families of the Autobahn test suite.
#include "net/testing/server_fixture.hpp"
#include "net/testing/websocket.hpp"
#include "net/websocket/peer.hpp"

#include <gtest/gtest.h>

#include <list>
#include <ostream>
#include <string>
#include <vector>

namespace hubbub::net::websocket {
namespace {

using namespace std::string_literals;
using namespace loopback;
using Frames = std::vector<ReceivedFrame>;

struct Rule {
    std::string name;
    std::string sent;
    Frames answer;
    bool goes_on = false; ///< the connection is still usable afterwards; else the server has ended it
};

void PrintTo(const Rule& rule, std::ostream* out) {
    *out << rule.name;
}

class WebSocketRules : public testing::TestWithParam<Rule> {
  protected:
    std::list<Echo> echoes_;
    Servers servers_{[this](const std::shared_ptr<http::Exchange>& exchange) {
        Echo& echo = echoes_.emplace_back();
        echo.peer = exchange->accept_websocket(echo, {.message_bytes_max = kMessageMax});
    }};
};

/// Sends the bytes of a case in pieces of `piece`, and compares what comes.
void expect_rule(Client& client, const Rule& rule, std::size_t piece) {
    ASSERT_EQ(client.upgrade().status, 101);
    for (std::size_t at = 0; at < rule.sent.size(); at += piece) client.send(rule.sent.substr(at, piece));
    for (const ReceivedFrame& expected : rule.answer) {
        const ReceivedFrame got = client.frame();
        EXPECT_EQ(got.first, expected.first);
        EXPECT_TRUE(got.payload == expected.payload)
            << got.payload.substr(0, 80) << " instead of " << expected.payload.substr(0, 80);
    }
    if (!rule.goes_on) {
        EXPECT_EQ(client.rest(), "");
        return;
    }
    client.send(client_frame(kText, "still here?"));
    EXPECT_EQ(client.frame(), (ReceivedFrame{kText, "still here?"}));
}

TEST_P(WebSocketRules, InOneWrite) {
    Client client = servers_.client();
    expect_rule(client, GetParam(), GetParam().sent.size() + 1);
}

TEST_P(WebSocketRules, InPieces) {
    const std::size_t size = GetParam().sent.size();
    Client client = servers_.client();
    expect_rule(client, GetParam(), size < 2'000 ? 1 : size / 101);
}

Frames closes(int code) {
    return {{kClose, close_payload(code)}};
}

Frames then_closes(Frames before, int code) {
    before.push_back({kClose, close_payload(code)});
    return before;
}

/// A masked frame whose length is written as given, however long it needs to be.
std::string frame_of_length(int first, int seven_bits, const std::string& length, const std::string& payload) {
    return std::string{static_cast<char>(first), static_cast<char>(0x80 | seven_bits)} + length + "\0\0\0\0"s + payload;
}

std::string hello(int first = kText) {
    return client_frame(first, "hello");
}

std::vector<Rule> framing() {
    std::vector<Rule> rules;
    for (const int kind : {kText, kBinary}) {
        for (const std::size_t size : {0UL, 125UL, 126UL, 127UL, 128UL, 65535UL, 65536UL}) {
            const std::string name =
                "F1_"s + (kind == kText ? "Text" : "Binary") + "Of" + std::to_string(size) + "Bytes";
            const std::string payload(size, '*');
            rules.push_back({name, client_frame(kind, payload), {{kind, payload}}, true});
        }
    }
    rules.push_back({"F1_UnmaskedFrame", "\x81\x02hi", closes(1002)});
    rules.push_back({"F1_LengthOf16BitsForAShortPayload", frame_of_length(kText, 126, "\0\x7D"s, ""), closes(1002)});
    rules.push_back(
        {"F1_LengthOf64BitsForAShortPayload", frame_of_length(kText, 127, "\0\0\0\0\0\0\xFF\xFF"s, ""), closes(1002)});
    rules.push_back(
        {"F1_LengthWithTheHighestBit", frame_of_length(kText, 127, "\x80\0\0\0\0\1\0\0"s, ""), closes(1002)});
    return rules;
}

std::vector<Rule> pings() {
    const std::string longest(125, '\xFE');
    std::string ten;
    for (int i = 0; i < 10; ++i) ten += client_frame(kPong, "unasked");
    return {
        {"F2_PingWithoutPayload", client_frame(kPing, ""), {{kPong, ""}}, true},
        {"F2_PingWithText", client_frame(kPing, "Hello"), {{kPong, "Hello"}}, true},
        {"F2_PingWithBytesThatAreNoText", client_frame(kPing, "\0\xFF\xFE"s), {{kPong, "\0\xFF\xFE"s}}, true},
        {"F2_PingOf125Bytes", client_frame(kPing, longest), {{kPong, longest}}, true},
        {"F2_PingOf126Bytes", client_frame(kPing, longest + "x"), closes(1002)},
        {"F2_PongThatNobodyAskedFor", client_frame(kPong, "x"), {}, true},
        {"F2_ManyPongs", ten, {}, true},
        {"F2_PongThenPing", client_frame(kPong, "x") + client_frame(kPing, "y"), {{kPong, "y"}}, true},
    };
}

std::vector<Rule> reserved_bits() {
    std::vector<Rule> rules{{"F3_AfterAGoodMessage",
                             hello() + client_frame(kText | kRsv2, "x") + client_frame(kPing, ""),
                             then_closes({{kText, "hello"}}, 1002)}};
    for (const int bits : {kRsv1, kRsv2, kRsv3, kRsv1 | kRsv2 | kRsv3}) {
        for (const int kind : {kText, kBinary, kPing, kClose})
            rules.push_back({"F3_Bits" + std::to_string(bits) + "OnOpcode" + std::to_string(kind & 0x0F),
                             client_frame(kind | bits, "x"), closes(1002)});
    }
    return rules;
}

std::vector<Rule> opcodes() {
    std::vector<Rule> rules;
    for (const int opcode : {0x3, 0x4, 0x5, 0x6, 0x7, 0xB, 0xC, 0xD, 0xE, 0xF}) {
        rules.push_back({"F4_ReservedOpcode" + std::to_string(opcode), client_frame(0x80 | opcode, ""), closes(1002)});
        rules.push_back({"F4_ReservedOpcode" + std::to_string(opcode) + "AfterAMessage",
                         hello() + client_frame(0x80 | opcode, "x"), then_closes({{kText, "hello"}}, 1002)});
    }
    return rules;
}

std::vector<Rule> fragmentation() {
    const std::string first = client_frame(kText & ~kOpen, "frag");
    const std::string last = client_frame(kContinuation, "ment");
    std::string bytes = client_frame(kText & ~kOpen, "");
    for (int i = 0; i < 1'000; ++i) bytes += client_frame(kContinuation & ~kOpen, "x");
    bytes += client_frame(kContinuation, "");
    return {
        {"F5_TwoFragments", first + last, {{kText, "fragment"}}, true},
        {"F5_BinaryFragments", client_frame(kBinary & ~kOpen, "frag") + last, {{kBinary, "fragment"}}, true},
        {"F5_EmptyFragments",
         client_frame(kText & ~kOpen, "") + client_frame(0, "") + client_frame(kContinuation, ""),
         {{kText, ""}},
         true},
        {"F5_AThousandFragmentsOfOneByte", bytes, {{kText, std::string(1'000, 'x')}}, true},
        {"F5_PingBetweenFragments", first + client_frame(kPing, "p") + last, {{kPong, "p"}, {kText, "fragment"}}, true},
        {"F5_FragmentedPing", client_frame(kPing & ~kOpen, "p") + client_frame(kContinuation, "q"), closes(1002)},
        {"F5_FragmentedClose", client_frame(kClose & ~kOpen, ""), closes(1002)},
        {"F5_ContinuationOfNothing", last, closes(1002)},
        {"F5_ContinuationAfterAWholeMessage", hello() + last, then_closes({{kText, "hello"}}, 1002)},
        {"F5_NewTextInsideAMessage", first + hello(), closes(1002)},
        {"F5_NewBinaryInsideAMessage", first + hello(kBinary & ~kOpen), closes(1002)},
        {"F5_TwoFragmentedMessages", first + last + first + last, {{kText, "fragment"}, {kText, "fragment"}}, true},
    };
}

std::vector<Rule> utf8() {
    const std::string kosme = "κόσμε";
    const std::string emoji = "\xF0\x9F\x98\x80";
    std::vector<Rule> rules{
        {"F6_Text", client_frame(kText, kosme), {{kText, kosme}}, true},
        {"F6_SplitInsideACodePoint",
         client_frame(kText & ~kOpen, emoji.substr(0, 2)) + client_frame(kContinuation, emoji.substr(2)),
         {{kText, emoji}},
         true},
        {"F6_TheLastCodePoint", client_frame(kText, "\xF4\x8F\xBF\xBF"), {{kText, "\xF4\x8F\xBF\xBF"}}, true},
        {"F6_Noncharacter", client_frame(kText, "\xEF\xBF\xBE"), {{kText, "\xEF\xBF\xBE"}}, true},
        {"F6_Nul", client_frame(kText, "a\0b"s), {{kText, "a\0b"s}}, true},
        {"F6_InvalidInBinaryIsFine", client_frame(kBinary, "\xFF\xFE"), {{kBinary, "\xFF\xFE"}}, true},
        // Without waiting for the end of the frame, or of the message.
        {"F6_FailsFastInsideAFrame", frame_of_length(kText, 126, "\x10\0"s, "ab\xFF"), closes(1007)},
        {"F6_FailsFastInsideAMessage", client_frame(kText & ~kOpen, kosme + "\xED\xA0\x80"), closes(1007)},
        {"F6_CutAtTheEndOfTheMessage", client_frame(kText & ~kOpen, "a") + client_frame(kContinuation, "\xF0\x9F"),
         closes(1007)},
    };
    const std::pair<const char*, const char*> invalid[] = {
        {"LoneContinuation", "\x80"},
        {"Cut", "\xE2\x82"},
        {"OverlongSlash", "\xC0\xAF"},
        {"OverlongOfThreeBytes", "\xE0\x80\xAF"},
        {"OverlongOfFourBytes", "\xF0\x80\x80\xAF"},
        {"HighSurrogate", "\xED\xA0\x80"},
        {"LowSurrogate", "\xED\xBF\xBF"},
        {"SurrogatePair", "\xED\xA0\x80\xED\xB0\x80"},
        {"AboveTheLastCodePoint", "\xF4\x90\x80\x80"},
        {"FiveBytes", "\xF8\x88\x80\x80\x80"},
        {"FE", "\xFE"},
        {"FF", "\xFF"},
    };
    for (const auto& [name, text] : invalid)
        rules.push_back({"F6_Invalid"s + name, client_frame(kText, "a"s + text), closes(1007)});
    return rules;
}

std::vector<Rule> closing() {
    const std::string reason(123, 'r');
    std::vector<Rule> rules{
        {"F7_WithoutCode", client_frame(kClose, ""), {{kClose, ""}}},
        {"F7_WithReason", client_frame(kClose, close_payload(1000, "bye")), closes(1000)},
        {"F7_LongestReason", client_frame(kClose, close_payload(1000, reason)), closes(1000)},
        {"F7_ReasonTooLong", client_frame(kClose, close_payload(1000, reason + "r")), closes(1002)},
        {"F7_OneByte", client_frame(kClose, "\x03"), closes(1002)},
        {"F7_ReasonThatIsNoText", client_frame(kClose, close_payload(1000, "\xFF")), closes(1007)},
        {"F7_AfterAMessage", hello() + client_frame(kClose, close_payload(1000)),
         then_closes({{kText, "hello"}}, 1000)},
        {"F7_NothingIsReadAfterIt", client_frame(kClose, close_payload(1000)) + hello() + client_frame(kPing, ""),
         closes(1000)},
        {"F7_InsideAMessage", client_frame(kText & ~kOpen, "half") + client_frame(kClose, close_payload(1001)),
         closes(1001)},
    };
    for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999})
        rules.push_back({"F7_Code" + std::to_string(code), client_frame(kClose, close_payload(code)), closes(code)});
    for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535})
        rules.push_back({"F7_CodeThatMustNotBeSent" + std::to_string(code), client_frame(kClose, close_payload(code)),
                         closes(1002)});
    return rules;
}

std::vector<Rule> limits() {
    const std::string largest(kMessageMax, 'x');
    std::string fragments = client_frame(kBinary & ~kOpen, largest.substr(0, kMessageMax / 2));
    return {
        {"F9_LargestMessage", client_frame(kText, largest), {{kText, largest}}, true},
        {"F9_LargestMessageInFragments",
         fragments + client_frame(kContinuation, largest.substr(0, kMessageMax / 2)),
         {{kBinary, largest}},
         true},
        {"F9_OneByteTooMany", client_frame(kText, largest + "x"), closes(1009)},
        {"F9_FragmentsThatAreTooMuch", fragments + client_frame(kContinuation, largest), closes(1009)},
        // By its header alone.
        {"F9_LengthOf2To62", frame_of_length(kBinary, 127, "\x40\0\0\0\0\0\0\0"s, ""), closes(1009)},
    };
}

std::vector<Rule> all_rules() {
    std::vector<Rule> all;
    for (const auto& family :
         {framing(), pings(), reserved_bits(), opcodes(), fragmentation(), utf8(), closing(), limits()})
        all.insert(all.end(), family.begin(), family.end());
    return all;
}

INSTANTIATE_TEST_SUITE_P(Autobahn, WebSocketRules, testing::ValuesIn(all_rules()),
                         [](const auto& rule) { return rule.param.name; });

} // namespace
} // namespace hubbub::net::websocket
