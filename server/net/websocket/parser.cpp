#include "net/websocket/parser.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace hubbub::net::websocket {
namespace {

enum Opcode : std::uint8_t { kContinuation = 0x0, kText = 0x1, kBinary = 0x2, kClose = 0x8, kPing = 0x9, kPong = 0xA };

constexpr std::uint8_t kRsv1 = 0x40;
constexpr std::size_t kControlBytesMax = 125;
constexpr std::size_t kMaskBytes = 4;

std::uint8_t byte_at(std::span<const char> data, std::size_t index) {
    return static_cast<std::uint8_t>(data[index]);
}

std::uint64_t big_endian(std::span<const char> bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
}

/// XORs `data` with the repeated mask, eight bytes at a time (RFC 6455, 5.3).
void unmask(std::span<char> data, const std::array<char, 4>& mask) {
    std::uint64_t wide;
    std::memcpy(&wide, mask.data(), kMaskBytes);
    std::memcpy(reinterpret_cast<char*>(&wide) + kMaskBytes, mask.data(), kMaskBytes);
    std::size_t at = 0;
    for (; data.size() - at >= sizeof wide; at += sizeof wide) {
        std::uint64_t word;
        std::memcpy(&word, data.data() + at, sizeof word);
        word ^= wide;
        std::memcpy(data.data() + at, &word, sizeof word);
    }
    for (; at < data.size(); ++at) data[at] = static_cast<char>(data[at] ^ mask[at % kMaskBytes]);
}

std::string_view view(std::span<const char> data) {
    return {data.data(), data.size()};
}

/// Codes that may stand in a close frame: the registered ones, libraries' and applications' (RFC 6455, 7.4).
bool may_be_sent(std::uint64_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

} // namespace

/// One frame's header, checked as soon as each of its bytes is there.
struct Parser::Header {
    std::size_t size = 0; ///< with length and mask; 0 if not complete yet
    std::uint64_t length = 0;
    Mask mask{};
    std::uint8_t opcode = 0;
    bool final = false;
    bool deflated = false;

    bool is_control() const { return (opcode & 0x8) != 0; }
};

boost::system::result<std::size_t, CloseCode> Parser::parse(std::span<char> data, Sink& sink) {
    std::size_t used = 0;
    while (used < data.size() && !closed_) {
        if (!in_frame_) {
            const auto header = read_header(data.subspan(used));
            if (!header) return header.error();
            if (header->size == 0) return used;
            const std::span<char> behind = data.subspan(used + header->size);
            const bool whole = behind.size() >= header->length;
            if (header->is_control()) {
                if (!whole) return used;
                if (const auto done = on_control(*header, behind.first(header->length), sink); !done)
                    return done.error();
                used += header->size + header->length;
                continue;
            }
            used += header->size;
            if (whole && header->final && header->opcode != kContinuation) {
                if (const auto done = on_whole_message(*header, behind.first(header->length), sink); !done)
                    return done.error();
                used += header->length;
                continue;
            }
            begin_frame(*header);
        }
        const std::span<char> piece =
            data.subspan(used, static_cast<std::size_t>(std::min<std::uint64_t>(frame_left_, data.size() - used)));
        used += piece.size();
        if (const auto fed = on_piece(piece); !fed) return fed.error();
        if (frame_left_ > 0) break;
        if (const auto done = end_frame(sink); !done) return done.error();
    }
    return closed_ ? data.size() : used;
}

boost::system::result<Parser::Header, CloseCode> Parser::read_header(std::span<const char> data) const {
    Header header;
    const std::uint8_t first = byte_at(data, 0);
    header.final = (first & 0x80) != 0;
    header.opcode = first & 0x0F;
    header.deflated = deflate_ && (header.opcode == kText || header.opcode == kBinary) && (first & 0x70) == kRsv1;
    if ((first & 0x70) != 0 && !header.deflated) return CloseCode::protocol_error; // no extension gave it a meaning
    if (header.opcode > kPong || (header.opcode > kBinary && header.opcode < kClose)) return CloseCode::protocol_error;
    if (header.is_control() && !header.final) return CloseCode::protocol_error;
    const bool in_message = kind_ != Frame::Kind::raw;
    if (!header.is_control() && (header.opcode == kContinuation) != in_message) return CloseCode::protocol_error;
    if (data.size() < 2) return header;

    const std::uint8_t second = byte_at(data, 1);
    const std::uint8_t short_length = second & 0x7F;
    if ((second & 0x80) == 0) return CloseCode::protocol_error; // a client masks
    if (header.is_control() && short_length > kControlBytesMax) return CloseCode::protocol_error;
    const std::size_t length_bytes = short_length == 127 ? 8 : short_length == 126 ? 2 : 0;
    if (data.size() < 2 + length_bytes) return header;

    header.length = length_bytes == 0 ? short_length : big_endian(data.subspan(2, length_bytes));
    if (length_bytes == 2 && header.length < 126) return CloseCode::protocol_error;
    if (length_bytes == 8 && (header.length < 0x10000 || header.length >> 63 != 0)) return CloseCode::protocol_error;
    if (!header.is_control() && header.length > message_bytes_max_ - message_.size()) return CloseCode::message_too_big;
    if (data.size() < 2 + length_bytes + kMaskBytes) return header;

    std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(2 + length_bytes), kMaskBytes, header.mask.begin());
    header.size = 2 + length_bytes + kMaskBytes;
    return header;
}

Parser::Failure Parser::on_control(const Header& header, std::span<char> payload, Sink& sink) {
    unmask(payload, header.mask);
    switch (header.opcode) {
    case kPing: sink.on_ping(view(payload)); return {};
    case kPong: sink.on_pong(view(payload)); return {};
    default: return on_close(view(payload), sink);
    }
}

Parser::Failure Parser::on_close(std::string_view payload, Sink& sink) {
    if (payload.size() == 1) return CloseCode::protocol_error;
    CloseCode code = CloseCode::no_status;
    if (payload.size() >= 2) {
        const std::uint64_t number = big_endian(std::span{payload}.first(2));
        if (!may_be_sent(number)) return CloseCode::protocol_error;
        code = static_cast<CloseCode>(number);
        payload.remove_prefix(2);
        if (!is_utf8(payload)) return CloseCode::invalid_payload;
    }
    closed_ = true;
    message_ = {};
    sink.on_close(code, payload);
    return {};
}

Parser::Failure Parser::on_whole_message(const Header& header, std::span<char> payload, Sink& sink) {
    unmask(payload, header.mask);
    const auto kind = header.opcode == kText ? Frame::Kind::text : Frame::Kind::binary;
    if (header.deflated) return sink.on_deflated(kind, view(payload));
    if (kind == Frame::Kind::text && !is_utf8(view(payload))) return CloseCode::invalid_payload;
    sink.on_message(kind, view(payload));
    return {};
}

void Parser::begin_frame(const Header& header) {
    if (header.opcode != kContinuation) {
        kind_ = header.opcode == kText ? Frame::Kind::text : Frame::Kind::binary;
        deflated_ = header.deflated;
    }
    in_frame_ = true;
    final_ = header.final;
    frame_left_ = header.length;
    mask_ = header.mask;
}

Parser::Failure Parser::on_piece(std::span<char> payload) {
    unmask(payload, mask_);
    std::rotate(mask_.begin(), mask_.begin() + static_cast<std::ptrdiff_t>(payload.size() % kMaskBytes), mask_.end());
    frame_left_ -= payload.size();
    if (kind_ == Frame::Kind::text && !deflated_ && !utf8_.feed(view(payload))) return CloseCode::invalid_payload;
    message_.append(payload.data(), payload.size());
    return {};
}

Parser::Failure Parser::end_frame(Sink& sink) {
    in_frame_ = false;
    if (!final_) return {};
    if (kind_ == Frame::Kind::text && !utf8_.complete()) return CloseCode::invalid_payload;
    const std::string message = std::exchange(message_, {});
    utf8_ = {};
    if (deflated_) return sink.on_deflated(std::exchange(kind_, Frame::Kind::raw), message);
    sink.on_message(std::exchange(kind_, Frame::Kind::raw), message);
    return {};
}

} // namespace hubbub::net::websocket
