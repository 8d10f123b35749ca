#include "net/http/server.hpp"

#include "base/limits.hpp"
#include "base/log.hpp"
#include "net/http/internal/server_core.hpp"
#include "net/http/internal/session.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace hubbub::net::http {
namespace {

constexpr int kBacklog = 4096;
constexpr int kAcceptsPerWakeMax = 64;
constexpr std::chrono::milliseconds kAcceptBackoff{100};

} // namespace

struct ServerCore::Moved {
    Descriptor descriptor;
    std::unique_ptr<TlsStream> tls;
    Request request;
    std::string unconsumed;
};

Timeouts default_timeouts() {
    return {limits::kHttpHeadTimeout, limits::kHttpBodyTimeout, limits::kHttpIdleTimeout};
}

std::unique_ptr<Server> make_server(runtime::Shard& shard, Handler& handler, Timeouts timeouts,
                                    std::size_t body_bytes_max) {
    return std::make_unique<ServerImpl>(shard, handler, timeouts, body_bytes_max);
}

ServerCore::ServerCore(runtime::Shard& shard_, Handler& handler_, Timeouts timeouts_, std::size_t body_bytes_max_)
    : shard{shard_},
      handler{handler_},
      timeouts{timeouts_},
      body_bytes_max{body_bytes_max_},
      acceptor_{shard_.io()},
      backoff_{[](void* self) { static_cast<ServerCore*>(self)->accept_waiting(); }, this} {}

void check_free(const boost::asio::ip::tcp::endpoint& endpoint) {
    boost::asio::io_context io;
    boost::asio::ip::tcp::acceptor probe{io};
    probe.open(endpoint.protocol());
    probe.set_option(boost::asio::ip::tcp::acceptor::reuse_address{true});
    probe.bind(endpoint);
}

void ServerCore::listen(const boost::asio::ip::tcp::endpoint& endpoint) {
    using ReusePort = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(Acceptor::reuse_address{true});
    acceptor_.set_option(ReusePort{true});
    acceptor_.non_blocking(true);
    acceptor_.bind(endpoint);
    acceptor_.listen(kBacklog);
    wait_for_clients();
}

boost::asio::ip::tcp::endpoint ServerCore::endpoint() const {
    error_code ignored;
    return acceptor_.local_endpoint(ignored);
}

void ServerCore::wait_for_clients() {
    acceptor_.async_wait(Acceptor::wait_read, [weak = weak_from_this()](const error_code& error) {
        const auto self = weak.lock();
        if (self != nullptr && !error) self->accept_waiting();
    });
}

void ServerCore::accept_waiting() {
    if (!acceptor_.is_open()) return;
    for (int accepted = 0; accepted < kAcceptsPerWakeMax && accept_one(); ++accepted) {
    }
    if (!backoff_.armed()) wait_for_clients();
}

/// Returns whether there may be more.
bool ServerCore::accept_one() {
    Descriptor descriptor{::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (!descriptor) {
        if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            back_off(errno);
            return false;
        }
        return true; // that client is gone already
    }
    if (connections.size() >= limits::kConnectionsPerShardMax) {
        ++connections.counters().refused;
        return true;
    }
    ++connections.counters().accepted;
    auto stream = tls == nullptr ? nullptr : std::make_unique<TlsStream>(*tls, descriptor.get());
    if (const auto connection = connect(std::move(descriptor), std::move(stream)))
        connection->set_protocol(std::make_unique<Session>(*this, *connection));
    return true;
}

void ServerCore::back_off(int error) {
    shard.arm(backoff_, kAcceptBackoff);
    ++connections.counters().accept_failures;
    log::warn("accept_failed",
              {{"error", ::strerrordesc_np(error)},
               {"hint", "out of descriptors: raise ulimit -n or LimitNOFILE=; out of memory: add some; new clients "
                        "wait until then"}},
              {{"open_connections", connections.size()}});
}

std::shared_ptr<Connection> ServerCore::connect(Descriptor descriptor, std::unique_ptr<TlsStream> stream) {
    Connection::Socket socket{shard.io()};
    error_code error;
    socket.assign(boost::asio::ip::tcp::v4(), descriptor.get(), error);
    if (error) return nullptr;
    descriptor.release();
    return Connection::open(shard, std::move(socket), &connections, std::move(stream));
}

void ServerCore::adopt(Descriptor descriptor, std::unique_ptr<TlsStream> stream, Request request,
                       std::string unconsumed) {
    std::unique_ptr<Moved> moved{
        new Moved{std::move(descriptor), std::move(stream), std::move(request), std::move(unconsumed)}};
    shard.post([weak = weak_from_this(), moved = std::move(moved)] {
        if (const auto self = weak.lock()) self->take_over(std::move(*moved));
    });
}

void ServerCore::take_over(Moved moved) {
    ++connections.counters().adopted;
    const auto connection = connect(std::move(moved.descriptor), std::move(moved.tls));
    if (connection == nullptr) return;
    auto owned = std::make_unique<Session>(*this, *connection);
    Session& session = *owned;
    connection->set_protocol(std::move(owned));
    connection->feed(moved.unconsumed);
    session.dispatch(std::move(moved.request));
}

} // namespace hubbub::net::http
