#include "poller.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace hubbub::load {

using namespace std::chrono_literals;

namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

} // namespace

Poller::Poller()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), now_(std::chrono::steady_clock::now()), scratch_(256 * 1024) {
    if (epoll_ < 0) fail("epoll_create1");
}

Poller::~Poller() {
    ::close(epoll_);
}

void Poller::serve(SteadyTime deadline) {
    const auto left = std::clamp<std::chrono::nanoseconds>(deadline - std::chrono::steady_clock::now(), 0ns, 100ms);
    const timespec wait{.tv_sec = 0, .tv_nsec = left.count()};
    std::array<epoll_event, 512> events;
    const int count = ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &wait, nullptr);
    if (count < 0 && errno != EINTR) fail("epoll_pwait2");
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        now_ = std::chrono::steady_clock::now();
        static_cast<Connection*>(event.data.ptr)->on_events(event.events, scratch_);
    }
    retired_.clear();
}

void Poller::retire(std::unique_ptr<Connection> connection) {
    connection->ended_ = true;
    retired_.push_back(std::move(connection));
}

void Poller::control(int operation, Connection& connection, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &connection;
    if (::epoll_ctl(epoll_, operation, connection.fd_, &event) != 0) fail("epoll_ctl");
}

Connection::Connection(Poller& poller, std::uint16_t port, ConnectionHandler& handler)
    : poller_(poller), handler_(handler), fd_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    if (fd_ < 0) fail("socket");
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // The sockets API takes every address family through one pointer type.
    const auto* any = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    if (::connect(fd_, any, sizeof address) != 0 && errno != EINPROGRESS) fail("connect");
    poller_.control(EPOLL_CTL_ADD, *this, EPOLLIN | EPOLLOUT);
}

Connection::~Connection() {
    ::close(fd_);
}

void Connection::on_events(std::uint32_t events, std::span<char> scratch) {
    if (!ended_ && (events & EPOLLOUT)) flush();
    if (!ended_ && (events & ~static_cast<std::uint32_t>(EPOLLOUT))) on_readable(scratch);
}

void Connection::on_readable(std::span<char> scratch) {
    const ssize_t got = ::recv(fd_, scratch.data(), scratch.size(), 0);
    if (got < 0) {
        if (errno == EAGAIN) return;
        if (errno == ECONNRESET) return end();
        fail("recv");
    }
    if (got == 0) return end();
    poller_.bytes_received += static_cast<std::uint64_t>(got);

    const std::string_view fresh(scratch.data(), static_cast<std::size_t>(got));
    if (carry_.empty()) {
        carry_ = fresh.substr(handler_.on_data(*this, fresh));
    } else {
        carry_ += fresh;
        carry_.erase(0, handler_.on_data(*this, carry_));
    }
}

void Connection::flush() {
    std::size_t done = 0;
    while (done < out_.size()) {
        const ssize_t sent = ::send(fd_, out_.data() + done, out_.size() - done, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) break;
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return end();
        if (sent < 0) fail("send");
        done += static_cast<std::size_t>(sent);
    }
    poller_.bytes_sent += done;
    out_.erase(0, done);
    watch(reading_, !out_.empty());
}

void Connection::end() {
    ended_ = true;
    poller_.control(EPOLL_CTL_DEL, *this, 0);
    handler_.on_end(*this);
}

void Connection::stop_reading() {
    watch(false, writing_);
}

void Connection::watch(bool reading, bool writing) {
    if (ended_ || (reading == reading_ && writing == writing_)) return;
    reading_ = reading;
    writing_ = writing;
    poller_.control(EPOLL_CTL_MOD, *this, (reading ? EPOLLIN : 0u) | (writing ? EPOLLOUT : 0u));
}

} // namespace hubbub::load
