#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

/// For tests: blocking clients over loopback. Everything that does not come within ten seconds throws.
namespace hubbub::net::loopback {

struct Answer {
    int status = 0;
    std::string head; ///< status line and fields
    std::string body;

    bool has(std::string_view line) const { return head.find(std::string{line} + "\r\n") != std::string::npos; }
};

struct ReceivedFrame {
    int first = 0; ///< the byte with FIN and opcode
    std::string payload;
    bool operator==(const ReceivedFrame&) const = default;
};

/// A masked frame, as clients send them; `first` is the byte with FIN, RSV and opcode.
inline std::string client_frame(int first, std::string_view payload) {
    std::string bytes(1, static_cast<char>(first));
    const std::uint64_t size = payload.size();
    const int length_bytes = size > 0xFFFF ? 8 : size > 125 ? 2 : 0;
    bytes += static_cast<char>(0x80 | (length_bytes == 8 ? 127 : length_bytes == 2 ? 126 : static_cast<int>(size)));
    for (int i = length_bytes - 1; i >= 0; --i) bytes += static_cast<char>(size >> (8 * i));
    const char mask[] = {'\x12', '\xF3', '\x00', '\x7B'};
    bytes.append(mask, 4);
    for (std::size_t i = 0; i < payload.size(); ++i) bytes += static_cast<char>(payload[i] ^ mask[i % 4]);
    return bytes;
}

inline std::string close_payload(int code, std::string_view reason = {}) {
    return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)} + std::string{reason};
}

class Client {
  public:
    explicit Client(const boost::asio::ip::tcp::endpoint& endpoint) : Client{} { connect(endpoint); }
    /// Not connected yet.
    Client() : descriptor_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        const timeval patience{10, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }
    Client(Client&& other) noexcept
        : descriptor_{std::exchange(other.descriptor_, -1)}, received_{std::move(other.received_)} {}
    Client& operator=(Client&&) = delete;
    ~Client() { close(); }

    void connect(const boost::asio::ip::tcp::endpoint& endpoint) {
        if (::connect(descriptor_, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0)
            throw std::runtime_error{"connect failed"};
    }

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) throw std::runtime_error{"send failed"};
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    std::string read(std::size_t size) {
        while (received_.size() < size) more();
        return take(size);
    }

    Answer answer(bool without_body = false) {
        std::size_t end = 0;
        while ((end = received_.find("\r\n\r\n")) == std::string::npos) more();
        Answer answer;
        answer.head = take(end + 4);
        answer.status = std::stoi(answer.head.substr(9, 3));
        const std::string_view name = "Content-Length: ";
        const std::size_t length = answer.head.find(name);
        if (length != std::string::npos && !without_body)
            answer.body = read(std::stoul(answer.head.substr(length + name.size())));
        return answer;
    }

    Answer get(std::string_view target, std::string_view fields = {}) {
        send("GET " + std::string{target} + " HTTP/1.1\r\nHost: h\r\n" + std::string{fields} + "\r\n");
        return answer();
    }

    /// Opens a WebSocket; `behind` follows in the same write.
    Answer upgrade(std::string_view target = "/", std::string_view behind = {}) {
        send("GET " + std::string{target} +
             " HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
             std::string{behind});
        return answer(true);
    }

    ReceivedFrame frame() {
        ReceivedFrame frame;
        const std::string start = read(2);
        frame.first = static_cast<unsigned char>(start[0]);
        std::uint64_t size = static_cast<unsigned char>(start[1]);
        if (size == 126 || size == 127) {
            const std::string length = read(size == 126 ? 2 : 8);
            size = 0;
            for (const char byte : length) size = size << 8 | static_cast<unsigned char>(byte);
        }
        frame.payload = read(size);
        return frame;
    }

    /// What comes until the server ends the stream.
    std::string rest() {
        try {
            while (true) more();
        } catch (const std::out_of_range&) {
            return take(received_.size());
        }
    }

    void close() {
        if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    }
    /// Goes away without a goodbye: the server sees a reset.
    void reset() {
        const linger now{1, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close();
    }

    /// Waits for the stream to end, whatever comes before; whether it ended with a reset.
    bool was_reset() {
        char bytes[4096];
        ssize_t got = 0;
        while ((got = ::recv(descriptor_, bytes, sizeof bytes, 0)) > 0) {
        }
        return got < 0 && errno == ECONNRESET;
    }

    int descriptor() const { return descriptor_; }

  private:
    /// Throws `out_of_range` at the end of the stream.
    void more() {
        char buffer[64 * 1024];
        const ssize_t got = ::recv(descriptor_, buffer, sizeof buffer, 0);
        if (got == 0 || (got < 0 && errno == ECONNRESET)) throw std::out_of_range{"the server ended the stream"};
        if (got < 0) throw std::runtime_error{"nothing came in time"};
        received_.append(buffer, static_cast<std::size_t>(got));
    }

    std::string take(std::size_t size) {
        std::string taken = received_.substr(0, size);
        received_.erase(0, size);
        return taken;
    }

    int descriptor_;
    std::string received_;
};

} // namespace hubbub::net::loopback
