#include "net/testing/client.hpp"
#include "net/websocket/parser.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace hubbub::net::websocket {
namespace {

using namespace std::string_literals;
using Events = std::vector<std::string>;

constexpr std::size_t kLimit = 100'000;

struct Recorder final : Sink {
    Events events;
    void on_message(Frame::Kind kind, std::string_view data) override {
        add(kind == Frame::Kind::text ? "text " : "binary ", data);
    }
    void on_ping(std::string_view data) override { add("ping ", data); }
    void on_pong(std::string_view data) override { add("pong ", data); }
    void on_close(CloseCode code, std::string_view reason) override {
        add("close " + std::to_string(static_cast<int>(code)) + " ", reason);
    }
    void add(std::string what, std::string_view data) { events.push_back(std::move(what) + std::string{data}); }
};

constexpr auto frame = loopback::client_frame;

std::string text(std::string_view payload) {
    return frame(0x81, payload);
}

std::string close_frame(int code, std::string_view reason = {}) {
    return frame(0x88, loopback::close_payload(code, reason));
}

/// Feeds `bytes` in pieces as a connection would: what is not consumed comes again.
class Feeder {
  public:
    bool feed(std::string_view piece) {
        pending_ += piece;
        const auto consumed = parser_.parse(pending_, recorder_);
        if (!consumed) {
            recorder_.add("fail " + std::to_string(static_cast<int>(consumed.error())), "");
            return false;
        }
        pending_.erase(0, *consumed);
        return true;
    }
    Events& events() { return recorder_.events; }
    std::size_t pending() const { return pending_.size(); }

  private:
    Parser parser_{kLimit};
    Recorder recorder_;
    std::string pending_;
};

Events parse_in_two(const std::string& bytes, std::size_t split) {
    Feeder feeder;
    if (feeder.feed(std::string_view{bytes}.substr(0, split))) feeder.feed(std::string_view{bytes}.substr(split));
    return feeder.events();
}

Events parse_bytewise(const std::string& bytes) {
    Feeder feeder;
    for (const char byte : bytes)
        if (!feeder.feed({&byte, 1})) break;
    return feeder.events();
}

void expect(const std::string& bytes, const Events& expected) {
    EXPECT_EQ(parse_in_two(bytes, bytes.size()), expected);
    EXPECT_EQ(parse_bytewise(bytes), expected);
    const std::size_t step = bytes.size() < 1000 ? 1 : bytes.size() / 100;
    for (std::size_t split = 0; split < bytes.size(); split += step)
        ASSERT_EQ(parse_in_two(bytes, split), expected) << "split at " << split;
}

TEST(WebSocketParser, MessagesOfEveryLengthForm) {
    for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 125U, 126U, 127U, 128U, 65535U, 65536U, 100'000U}) {
        const std::string payload(size, '*');
        expect(frame(0x81, payload), {"text " + payload});
        expect(frame(0x82, payload), {"binary " + payload});
    }
    expect(text("one") + text("two") + frame(0x82, "\xFF\x00\x80"s), {"text one", "text two", "binary \xFF\x00\x80"s});
}

TEST(WebSocketParser, ControlFrames) {
    const std::string longest(125, 'p');
    expect(frame(0x89, "") + frame(0x89, longest) + frame(0x8A, "unasked"),
           {"ping ", "ping " + longest, "pong unasked"});
    expect(frame(0x89, std::string(126, 'p')), {"fail 1002"});
    expect(frame(0x88, std::string(126, 'p')), {"fail 1002"});
    for (const int fragmented : {0x08, 0x09, 0x0A}) expect(frame(fragmented, "x"), {"fail 1002"});
}

TEST(WebSocketParser, ReservedBitsAndOpcodes) {
    for (const int bits : {0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70})
        for (const int first : {0x81, 0x82, 0x88, 0x89})
            expect(text("before") + frame(first | bits, "x"), {"text before", "fail 1002"});
    for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) expect(frame(0x80 | opcode, ""), {"fail 1002"});
    // RSV1 on a continuation is not different.
    expect(frame(0x01, "a") + frame(0xC0, "b"), {"fail 1002"});
}

TEST(WebSocketParser, AClientMasks) {
    expect("\x81\x05hello", {"fail 1002"});
    expect("\x89\x00"s, {"fail 1002"});
}

TEST(WebSocketParser, Fragments) {
    expect(frame(0x01, "frag") + frame(0x00, "") + frame(0x80, "ment"), {"text fragment"});
    expect(frame(0x02, "") + frame(0x80, ""), {"binary "});
    expect(frame(0x01, "a") + frame(0x89, "mid") + frame(0x00, "b") + frame(0x8A, "") + frame(0x80, "c") + text("next"),
           {"ping mid", "pong ", "text abc", "text next"});
    expect(frame(0x80, "no start"), {"fail 1002"});
    expect(frame(0x00, "no start"), {"fail 1002"});
    expect(frame(0x01, "a") + frame(0x81, "new"), {"fail 1002"});
    expect(frame(0x01, "a") + frame(0x02, "new"), {"fail 1002"});
    expect(frame(0x01, "a") + frame(0x80, "b") + frame(0x80, "late"), {"text ab", "fail 1002"});
}

TEST(WebSocketParser, Utf8OverFrames) {
    const std::string word = "κόσμε😀";
    expect(text(word), {"text " + word});
    for (std::size_t cut = 0; cut <= word.size(); ++cut)
        expect(frame(0x01, word.substr(0, cut)) + frame(0x80, word.substr(cut)), {"text " + word});
    for (const auto& bad : {"\xC0\x80"s, "\xED\xA0\x80"s, "\xF4\x90\x80\x80"s, "\xFF"s, "ok\xCE"s}) {
        expect(text(bad), {"fail 1007"});
        expect(frame(0x01, "ok") + frame(0x80, bad), {"fail 1007"});
    }
    // A code point that the next message would have completed.
    expect(frame(0x01, "\xCE") + frame(0x80, "") + text("\xBA"), {"fail 1007"});
    expect(frame(0x82, "\xFF\xC0\xED\xA0"), {"binary \xFF\xC0\xED\xA0"});
}

TEST(WebSocketParser, Utf8FailsFast) {
    Feeder fragments;
    EXPECT_FALSE(fragments.feed(frame(0x01, "valid \xED\xA0"))); // no need for the rest
    Feeder partial;
    EXPECT_TRUE(partial.feed(text("valid " + "\xFF"s + std::string(100, 'x')).substr(0, 12)));
    EXPECT_FALSE(partial.feed("?????"));
}

TEST(WebSocketParser, Closes) {
    expect(frame(0x88, ""), {"close 1005 "});
    expect(frame(0x88, "\x03"), {"fail 1002"});
    for (const int code :
         {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999})
        expect(close_frame(code, "bye"), {"close " + std::to_string(code) + " bye"});
    for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535})
        expect(close_frame(code), {"fail 1002"});
    const std::string longest(123, 'r');
    expect(close_frame(1000, longest), {"close 1000 " + longest});
    expect(close_frame(1000, "\xED\xA0\x80"), {"fail 1007"});
    expect(close_frame(1000, "\xCE"), {"fail 1007"});
}

TEST(WebSocketParser, NothingIsParsedAfterAClose) {
    expect(close_frame(1000) + text("late") + "garbage", {"close 1000 "});
    expect(frame(0x01, "half") + close_frame(1001) + frame(0x80, "late"), {"close 1001 "});
    Feeder feeder;
    feeder.feed(close_frame(1000) + "garbage");
    EXPECT_EQ(feeder.pending(), 0U);
}

TEST(WebSocketParser, Lengths) {
    const std::string mask(4, '\0');
    expect("\x82\xFE\x00\x7D"s + mask + std::string(125, 'x'), {"fail 1002"}); // 125 in 16 bits
    expect("\x82\xFF\x00\x00\x00\x00\x00\x00\xFF\xFF"s + mask, {"fail 1002"}); // 65535 in 64 bits
    expect("\x82\xFF\x80\x00\x00\x00\x00\x00\x00\x00"s + mask, {"fail 1002"}); // 2^63
    expect("\x82\xFF\x40\x00\x00\x00\x00\x00\x00\x00"s + mask, {"fail 1009"}); // 2^62
    expect("\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s + mask, {"fail 1009"}); // 2^63 - 1
    expect("\x82\xFF\x00\x00\x00\x00\x00\x01\x86\xA1"s + mask, {"fail 1009"}); // limit + 1
    expect(frame(0x02, std::string(kLimit, 'x')) + frame(0x80, ""), {"binary " + std::string(kLimit, 'x')});
    expect(frame(0x02, std::string(kLimit, 'x')) + frame(0x80, "y"), {"fail 1009"});
    expect(frame(0x01, std::string(60'000, 'x')) + frame(0x00, std::string(60'000, 'x')), {"fail 1009"});
}

TEST(WebSocketParser, AMessageInTheBufferIsNotCopied) {
    struct : Sink {
        const char* where = nullptr;
        void on_message(Frame::Kind, std::string_view data) override { where = data.data(); }
        void on_ping(std::string_view) override {}
        void on_pong(std::string_view) override {}
        void on_close(CloseCode, std::string_view) override {}
    } sink;
    Parser parser{kLimit};
    std::string bytes = text("in place");
    ASSERT_TRUE(parser.parse(bytes, sink).has_value());
    EXPECT_EQ(sink.where, bytes.data() + 6);
}

TEST(WebSocketParser, FragmentFloodsStayLinearAndBounded) {
    Parser parser{1'000'000};
    Recorder recorder;
    std::string flood = frame(0x01, "");
    for (int i = 0; i < 131'072; ++i) flood += frame(0x00, "x");
    for (int i = 0; i < 1'000'000; ++i) flood += frame(0x00, "");
    flood += frame(0x80, "");
    const auto consumed = parser.parse(flood, recorder);
    ASSERT_TRUE(consumed.has_value());
    EXPECT_EQ(*consumed, flood.size());
    EXPECT_EQ(recorder.events, Events{"text " + std::string(131'072, 'x')});
}

TEST(WebSocketParser, RandomStreamsParseAlikeInAnyPieces) {
    std::mt19937 random{3};
    for (int round = 0; round < 2000; ++round) {
        std::string bytes;
        for (unsigned frames = random() % 8; frames > 0; --frames) {
            static constexpr int kFirst[] = {0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8A, 0x88, 0xC1, 0x83};
            std::string payload(random() % 140, 'a');
            if (random() % 4 == 0 && !payload.empty()) payload[random() % payload.size()] = static_cast<char>(random());
            bytes += frame(kFirst[random() % std::size(kFirst)], payload);
            if (random() % 8 == 0) bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        const Events whole = parse_in_two(bytes, bytes.size());
        ASSERT_EQ(parse_bytewise(bytes), whole) << testing::PrintToString(bytes);
        ASSERT_EQ(parse_in_two(bytes, bytes.empty() ? 0 : random() % bytes.size()), whole);
    }
}

TEST(WebSocketParser, IsSmallWhenIdle) {
    EXPECT_LE(sizeof(Parser), 128U);
}

} // namespace
} // namespace hubbub::net::websocket
