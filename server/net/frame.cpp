#include "net/frame.hpp"

#include <cassert>
#include <cstring>
#include <limits>
#include <new>

namespace hubbub::net {
namespace {

constexpr std::size_t kHeaderBytesMax = 10;
constexpr int kRsv1 = 0x40;

std::uint8_t opcode(Frame::Kind kind) {
    switch (kind) {
    case Frame::Kind::raw: break;
    case Frame::Kind::text: return 0x1;
    case Frame::Kind::binary: return 0x2;
    case Frame::Kind::close: return 0x8;
    case Frame::Kind::ping: return 0x9;
    case Frame::Kind::pong: return 0xA;
    }
    return 0;
}

/// Writes the shortest header for `payload` bytes and returns its length.
std::uint8_t write_header(Frame::Kind kind, std::uint64_t payload, char* out) {
    if (kind == Frame::Kind::raw) return 0;
    out[0] = static_cast<char>(0x80 | opcode(kind));
    int length_bytes = 0;
    if (payload > std::numeric_limits<std::uint16_t>::max()) {
        out[1] = 127;
        length_bytes = 8;
    } else if (payload > 125) {
        out[1] = 126;
        length_bytes = 2;
    } else {
        out[1] = static_cast<char>(payload);
    }
    for (int i = 0; i < length_bytes; ++i) out[2 + i] = static_cast<char>(payload >> (8 * (length_bytes - 1 - i)));
    return static_cast<std::uint8_t>(2 + length_bytes);
}

} // namespace

FramePtr Frame::make(Kind kind, std::initializer_list<std::string_view> parts, Compression compression) {
    return create(kind, false, compression, parts);
}

FramePtr Frame::make_deflated(Kind kind, std::string_view payload) {
    assert(kind == Kind::text || kind == Kind::binary);
    return create(kind, true, Compression::never, {payload});
}

FramePtr Frame::create(Kind kind, bool deflated, Compression compression,
                       std::initializer_list<std::string_view> parts) {
    std::size_t payload = 0;
    for (const std::string_view part : parts) payload += part.size();
    assert((kind != Kind::ping && kind != Kind::pong && kind != Kind::close) || payload <= 125);

    char header[kHeaderBytesMax];
    const std::uint8_t header_size = write_header(kind, payload, header);
    if (deflated) header[0] = static_cast<char>(header[0] | kRsv1);
    void* memory = ::operator new(sizeof(Frame) + header_size + payload);
    auto* frame = new (memory) Frame{kind, header_size, compression, header_size + payload};

    char* out = static_cast<char*>(memory) + sizeof(Frame);
    std::memcpy(out, header, header_size);
    out += header_size;
    for (const std::string_view part : parts) {
        if (part.empty()) continue;
        std::memcpy(out, part.data(), part.size());
        out += part.size();
    }
    return FramePtr{frame};
}

FramePtr Frame::deflated() const {
    if (deflated_ != nullptr) ++deflated_->references_;
    return FramePtr{deflated_};
}

void Frame::keep_deflated(FramePtr frame) const {
    assert(deflated_ == nullptr);
    if (!frame) compression_ = Compression::never;
    deflated_ = std::exchange(frame.frame_, nullptr);
}

void Frame::destroy(Frame* frame) noexcept {
    const FramePtr released{frame->deflated_};
    frame->~Frame();
    ::operator delete(frame);
}

} // namespace hubbub::net
