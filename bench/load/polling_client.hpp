#pragma once
#include "client.hpp"

#include <optional>

namespace hubbub::load {

/// One answer at the front of what came.
struct HttpAnswer {
    int status;
    std::string_view body; ///< borrows from the bytes
    std::size_t bytes;     ///< of head and body
};

/// The answer, or nothing if it is not whole yet. Throws on what has no Content-Length.
std::optional<HttpAnswer> parse_answer(std::string_view bytes);

/// A client on HTTP long-polling, as browsers do it: one connection has a GET waiting at all times, a second one POSTs
/// what there is to send, one POST at a time.
class PollingClient final : public Client, private ConnectionHandler {
  public:
    PollingClient(Poller& poller, const Target& target, std::string auth, std::size_t index, ClientHandler& handler);

    void flush() override;
    void stop_reading() override { polls_.stop_reading(); }

  private:
    void send_engine_packet(std::string_view head, std::string_view data) override;
    void on_open(std::string_view packet) override;
    std::size_t on_data(Connection& connection, std::string_view bytes) override;
    void on_end(Connection& connection) override;
    void on_answer(bool to_post, const HttpAnswer& answer);
    void poll();
    std::string request_line(std::string_view method) const;

    Poller& poller_;
    const Target& target_;
    std::string sid_;
    std::string outgoing_; ///< the body of the next POST
    Connection polls_;
    std::unique_ptr<Connection> posts_; ///< made when needed: servers close what is idle
    bool posting_ = false;
};

} // namespace hubbub::load
