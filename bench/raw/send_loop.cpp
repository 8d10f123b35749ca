// The least that a broadcast can cost: for each message one send() of the same frame to each client, and nothing else.
// It speaks just enough for hubbub_load's WebSocket clients (fixed answers, no checks), so that the receiving side is
// the same. A client that does not keep up ends the program: then this measures no raw limit. Usage: raw_send_loop
// --port N
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace {

constexpr std::string_view kUpgraded =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
constexpr std::string_view kOpen =
    R"(0{"sid":"raw","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})";
constexpr std::string_view kSend = R"(42["send_message",)";
constexpr std::string_view kNew = R"(42["new_message",)";

struct Client {
    int fd;
    bool upgraded = false;
    std::string in = {};
};

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::string frame(std::string_view payload) {
    std::string bytes = "\x81";
    if (payload.size() < 126) {
        bytes += static_cast<char>(payload.size());
    } else {
        bytes += '\x7e';
        bytes += static_cast<char>(payload.size() >> 8);
        bytes += static_cast<char>(payload.size() & 0xff);
    }
    return bytes.append(payload);
}

void send_all(int fd, std::string_view bytes) {
    if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) fail("send");
}

/// Takes one masked frame of at most 64 KiB off the front of `in`; false if it is not whole.
bool take_frame(std::string& in, std::string& payload) {
    if (in.size() < 2) return false;
    std::size_t length = static_cast<std::uint8_t>(in[1]) & 0x7fu;
    std::size_t head = 6;
    if (length == 126) {
        if (in.size() < 4) return false;
        length = static_cast<std::size_t>(static_cast<std::uint8_t>(in[2])) << 8 | static_cast<std::uint8_t>(in[3]);
        head = 8;
    }
    if (in.size() < head + length) return false;
    payload = in.substr(head, length);
    for (std::size_t i = 0; i < length; ++i) payload[i] = static_cast<char>(payload[i] ^ in[head - 4 + i % 4]);
    in.erase(0, head + length);
    return true;
}

class SendLoop {
  public:
    explicit SendLoop(std::uint16_t port) : listener_(::socket(AF_INET, SOCK_STREAM, 0)), epoll_(::epoll_create1(0)) {
        const int on = 1;
        ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const auto* any = static_cast<const sockaddr*>(static_cast<const void*>(&address));
        if (::bind(listener_, any, sizeof address) != 0 || ::listen(listener_, 1024) != 0) fail("listen");
        watch(listener_, nullptr);
    }

    [[noreturn]] void run() {
        for (;;) {
            std::array<epoll_event, 64> events;
            const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
            for (int i = 0; i < count; ++i) {
                auto* client = static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
                if (client == nullptr) {
                    accept();
                } else {
                    on_readable(*client);
                }
            }
        }
    }

  private:
    void watch(int fd, Client* client) const {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = client;
        if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
    }

    void accept() {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
        if (fd < 0) fail("accept4");
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        clients_.push_back(std::make_unique<Client>(Client{.fd = fd}));
        watch(fd, clients_.back().get());
    }

    void on_readable(Client& client) {
        std::array<char, 65536> bytes;
        const ssize_t got = ::recv(client.fd, bytes.data(), bytes.size(), 0);
        if (got <= 0) { // gone; the load ends, or the first connection was only to see whether somebody listens
            std::erase_if(clients_, [&](const auto& one) { return one.get() == &client && ::close(one->fd) == 0; });
            return;
        }
        client.in.append(bytes.data(), static_cast<std::size_t>(got));
        if (!client.upgraded) {
            if (client.in.find("\r\n\r\n") == std::string::npos) return;
            client.in.clear();
            client.upgraded = true;
            return send_all(client.fd, std::string(kUpgraded) + frame(kOpen));
        }
        for (std::string payload; take_frame(client.in, payload);) {
            if (payload.starts_with(kSend)) {
                broadcast(frame(std::string(kNew) + payload.substr(kSend.size())));
            } else {
                send_all(client.fd, frame(R"(40{"sid":"raw"})"));
            }
        }
    }

    void broadcast(const std::string& bytes) const {
        for (const auto& client : clients_) send_all(client->fd, bytes);
    }

    int listener_;
    int epoll_;
    std::vector<std::unique_ptr<Client>> clients_;
};

} // namespace

int main(int argc, char** argv) {
    if (argc != 3 || std::strcmp(argv[1], "--port") != 0) return 2;
    SendLoop(static_cast<std::uint16_t>(std::strtoul(argv[2], nullptr, 10))).run();
}
