// WebSocket frames: whatever comes, in whatever pieces, gives the same messages or the same close code, and every text
// that comes out is UTF-8 and within the limit, also when permessage-deflate was agreed on and the message is inflated.
#include "net/utf8.hpp"
#include "net/websocket/internal/deflate_codec.hpp"
#include "net/websocket/parser.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace hubbub::net;
using websocket::CloseCode;

constexpr std::size_t kLimit = 2000;

struct Recorder final : websocket::Sink {
    std::string events;

    void on_message(Frame::Kind kind, std::string_view data) override {
        if (data.size() > kLimit || (kind == Frame::Kind::text && !is_utf8(data))) std::abort();
        add(kind == Frame::Kind::text ? 't' : 'b', data);
    }
    Outcome on_deflated(Frame::Kind kind, std::string_view data) override {
        static Counters counters;
        static websocket::DeflateCodec codec{counters};
        const auto inflated = codec.inflate(data, kLimit);
        if (!inflated) return inflated.error();
        if (kind == Frame::Kind::text && !is_utf8(*inflated)) return CloseCode::invalid_payload;
        on_message(kind, *inflated);
        return {};
    }
    void on_ping(std::string_view data) override { add('i', data); }
    void on_pong(std::string_view data) override { add('o', data); }
    void on_close(CloseCode code, std::string_view reason) override {
        if (!is_utf8(reason)) std::abort();
        add('c', std::to_string(static_cast<int>(code)) + std::string{reason});
    }
    void add(char what, std::string_view data) { (events += what).append(data) += '\n'; }
};

std::string parse(std::string_view bytes, std::size_t piece, bool deflate) {
    websocket::Parser parser{kLimit, deflate};
    Recorder recorder;
    std::string pending;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        pending += bytes.substr(at, piece);
        const auto consumed = parser.parse(pending, recorder);
        if (!consumed) return recorder.events + std::to_string(static_cast<int>(consumed.error()));
        if (*consumed > pending.size()) std::abort();
        pending.erase(0, *consumed);
        if (pending.size() > 140) std::abort(); // a header and a control frame are all that may wait
    }
    return recorder.events;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
    const bool deflate = data[0] >= 128;
    if (parse(bytes, data[0] % 32 + 1, deflate) != parse(bytes, bytes.size() + 1, deflate)) std::abort();
    return 0;
}
