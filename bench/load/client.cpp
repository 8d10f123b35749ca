#include "client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace hubbub::load {

namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kText = 0x1;
constexpr std::uint8_t kClose = 0x8;
constexpr std::uint8_t kPing = 0x9;
constexpr std::uint8_t kPong = 0xA;
constexpr std::array<std::uint8_t, 4> kMask{0x37, 0xfa, 0x21, 0x3d};

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint8_t>(bytes[at]);
}

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

} // namespace

Client::Client(const Target& target, std::string auth, std::size_t index, PacketHandler& handler)
    : handler_(handler),
      auth_(std::move(auth)),
      index_(index),
      fd_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    if (fd_ < 0) fail("socket");
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(target.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // The sockets API takes every address family through one pointer type.
    const auto* any = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    if (::connect(fd_, any, sizeof address) != 0 && errno != EINPROGRESS) fail("connect");
    out_ = "GET " + target.path +
           "?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(target.port) +
           "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

Client::~Client() {
    ::close(fd_);
}

void Client::send(std::string_view packet) {
    queue_frame(kText, "4", packet);
}

void Client::flush() {
    while (!out_.empty()) {
        const ssize_t sent = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EAGAIN) return;
            fail("send");
        }
        out_.erase(0, static_cast<std::size_t>(sent));
    }
}

void Client::on_readable(std::span<char> scratch) {
    const ssize_t got = ::recv(fd_, scratch.data(), scratch.size(), 0);
    if (got < 0) {
        if (errno == EAGAIN) return;
        fail("recv");
    }
    if (got == 0) throw std::runtime_error("the server closed a connection");
    bytes_received_ += static_cast<std::uint64_t>(got);

    const std::string_view fresh(scratch.data(), static_cast<std::size_t>(got));
    if (carry_.empty()) {
        carry_ = fresh.substr(consume(fresh));
    } else {
        carry_ += fresh;
        carry_.erase(0, consume(carry_));
    }
    flush();
}

/// Takes whole frames from the front of `bytes` and says how many bytes they were.
std::size_t Client::consume(std::string_view bytes) {
    std::size_t at = 0;
    if (state_ == State::upgrading) {
        const auto end = bytes.find("\r\n\r\n");
        if (end == std::string_view::npos) return 0;
        if (!bytes.starts_with("HTTP/1.1 101"))
            throw std::runtime_error("no WebSocket: " + std::string(bytes.substr(0, 200)));
        state_ = State::opening;
        at = end + 4;
    }
    while (bytes.size() - at >= 2) {
        std::size_t length = byte_at(bytes, at + 1);
        std::size_t head = 2;
        if (length > 127) throw std::runtime_error("a server's frame is masked");
        if (length >= 126) {
            head = length == 126 ? 4 : 10;
            if (bytes.size() - at < head) break;
            length = 0;
            for (std::size_t i = 2; i < head; ++i) length = length << 8 | byte_at(bytes, at + i);
        }
        if (bytes.size() - at - head < length) break;
        const std::string_view payload = bytes.substr(at + head, length);
        const std::uint8_t first = byte_at(bytes, at);
        if (first == (kFinal | kText)) {
            on_message(payload);
        } else if (first == (kFinal | kPing)) {
            queue_frame(kPong, "", payload);
        } else if ((first & 0x0f) == kClose) {
            throw std::runtime_error("the server closed a WebSocket");
        } else {
            throw std::runtime_error("an unexpected frame, first byte " + std::to_string(first));
        }
        at += head + length;
    }
    return at;
}

void Client::on_message(std::string_view engine_packet) {
    if (state_ == State::connected && engine_packet.size() > 1 && engine_packet[0] == '4') {
        handler_.on_packet(*this, engine_packet.substr(1));
    } else if (engine_packet == "2") {
        queue_frame(kText, "3", "");
    } else if (state_ == State::opening && engine_packet.starts_with("0{")) {
        state_ = State::joining;
        queue_frame(kText, "40", auth_);
    } else if (state_ == State::joining && engine_packet.starts_with("40")) {
        state_ = State::connected;
    } else {
        throw std::runtime_error("an unexpected packet: " + std::string(engine_packet.substr(0, 200)));
    }
}

void Client::queue_frame(std::uint8_t opcode, std::string_view head, std::string_view payload) {
    const std::size_t length = head.size() + payload.size();
    if (length > 0xffff) throw std::runtime_error("a message over 64 KiB");
    out_ += static_cast<char>(kFinal | opcode);
    if (length < 126) {
        out_ += static_cast<char>(kMasked | length);
    } else {
        out_ += static_cast<char>(kMasked | 126);
        out_ += static_cast<char>(length >> 8);
        out_ += static_cast<char>(length & 0xff);
    }
    for (const std::uint8_t byte : kMask) out_ += static_cast<char>(byte);
    std::size_t at = 0;
    for (const std::string_view part : {head, payload}) {
        for (const char byte : part) out_ += static_cast<char>(byte ^ kMask[at++ % kMask.size()]);
    }
}

} // namespace hubbub::load
