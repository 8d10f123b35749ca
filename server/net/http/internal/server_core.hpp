#pragma once
#include "net/connection.hpp"
#include "net/connection_set.hpp"
#include "net/http/internal/descriptor.hpp"
#include "net/http/internal/response_writer.hpp"
#include "net/http/server.hpp"
#include "net/internal/tls_stream.hpp"
#include "net/websocket/internal/deflate_codec.hpp"
#include "runtime/timer_wheel.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace hubbub::net::http {

/// What a server and its sessions share. The sessions refer to it as long as their connections are open; those close
/// with it.
class ServerCore final : public std::enable_shared_from_this<ServerCore> {
  public:
    ServerCore(runtime::Shard& shard, Handler& handler, Timeouts timeouts, std::size_t body_bytes_max);

    void listen(const boost::asio::ip::tcp::endpoint& endpoint);
    boost::asio::ip::tcp::endpoint endpoint() const;

    /// Any thread: takes over a connection whose request another shard has read.
    void adopt(Descriptor descriptor, std::unique_ptr<TlsStream> stream, Request request, std::string unconsumed);

    runtime::Shard& shard;
    Handler& handler;
    const Timeouts timeouts;
    const std::size_t body_bytes_max;
    ResponseWriter writer;
    ConnectionSet connections;
    websocket::DeflateCodec deflate{connections.counters()};
    std::shared_ptr<const TlsContext> tls; // null: plain TCP

  private:
    struct Moved;
    using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

    void wait_for_clients();
    void accept_waiting();
    bool accept_one();
    void back_off(int error);
    std::shared_ptr<Connection> connect(Descriptor descriptor, std::unique_ptr<TlsStream> stream);
    void take_over(Moved moved);

    Acceptor acceptor_;
    runtime::Timer backoff_;
};

/// The server that `make_server` gives out.
class ServerImpl final : public Server {
  public:
    ServerImpl(runtime::Shard& shard, Handler& handler, Timeouts timeouts, std::size_t body_bytes_max)
        : core_{std::make_shared<ServerCore>(shard, handler, timeouts, body_bytes_max)} {}

    void listen(const boost::asio::ip::tcp::endpoint& endpoint) override { core_->listen(endpoint); }
    void set_tls(std::shared_ptr<const TlsContext> context) override { core_->tls = std::move(context); }
    runtime::Shard& shard() override { return core_->shard; }
    std::size_t connections() const override { return core_->connections.size(); }
    boost::asio::ip::tcp::endpoint endpoint() const override { return core_->endpoint(); }
    const Counters& counters() const override { return core_->connections.counters(); }

    ServerCore& core() { return *core_; }

  private:
    const std::shared_ptr<ServerCore> core_;
};

} // namespace hubbub::net::http
