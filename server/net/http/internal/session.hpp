#pragma once
#include "net/connection.hpp"
#include "net/http/internal/server_core.hpp"
#include "net/http/request_parser.hpp"
#include "net/http/server.hpp"

#include <memory>
#include <span>
#include <string>

namespace hubbub::net::http {

class SessionExchange;

/// HTTP on one connection: reads a request, gives it to the handler, writes the answer, goes on with the next.
/// While a request is with the handler, or its answer is not written yet, what the peer sends on waits.
class Session final : public Protocol {
  public:
    Session(ServerCore& server, Connection& connection);
    ~Session() override;

    std::size_t on_data(std::span<char> data) override;
    void on_drained() override;
    void on_closed() override;

    /// Gives a request to the handler: one of its own, or the one with which the connection came from another shard.
    void dispatch(Request request);

    // For the exchange:
    void answer(const Response& response, const Request& request);
    /// The exchange is over, without an answer. From inside `on_data` too.
    void leave();
    /// What was read behind the current request, copied.
    std::string rest();
    ServerCore& server() { return server_; }

  private:
    enum class Phase { reading, handling, answering, over };
    enum class Awaited { request, head, body, drain };

    void refuse(int status);
    void await(Awaited awaited);
    void on_timeout();

    ServerCore& server_;
    Connection& connection_;
    const std::string remote_address_;
    RequestParser parser_;
    runtime::Timer timer_;
    SessionExchange* exchange_ = nullptr; // while it is open
    std::span<const char> behind_;        // the current request, inside on_data
    std::size_t queued_ = 0;              // when `drain` was last checked
    Phase phase_ = Phase::reading;
    Awaited awaited_ = Awaited::request;
};

/// The exchange of a session. Outlives it: then it is closed.
class SessionExchange final : public Exchange, public std::enable_shared_from_this<SessionExchange> {
  public:
    SessionExchange(std::shared_ptr<Connection> connection, Session& session, Request request)
        : connection_{std::move(connection)}, session_{&session}, request_{std::move(request)} {}
    ~SessionExchange() override;

    Request& request() override { return request_; }
    runtime::Shard& shard() override { return connection_->shard(); }
    void respond(Response response) override;
    bool open() const override { return session_ != nullptr && connection_->is_open(); }
    void on_abort(Callback<void()> callback) override;
    std::shared_ptr<websocket::Peer> accept_websocket(websocket::Handler& handler, const websocket::Options& options,
                                                      const Fields& extra) override;
    void move_to(Server& target) override;

    /// The session ends before the answer; `tell` runs the callback of `on_abort`.
    void abort(bool tell);

  private:
    /// Nothing more can be done with this exchange.
    Session& finish();

    const std::shared_ptr<Connection> connection_;
    Session* session_; // null when over; still set if the connection has closed and the session is yet to be told
    Request request_;
    Callback<void()> on_abort_;
};

} // namespace hubbub::net::http
