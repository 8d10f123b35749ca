#pragma once
#include "client.hpp"

namespace hubbub::load {

/// A client on a WebSocket. No fragments, no compression.
class WebSocketClient final : public Client, private ConnectionHandler {
  public:
    WebSocketClient(Poller& poller, const Target& target, std::string auth, std::size_t index, ClientHandler& handler);

    void flush() override { connection_.flush(); }
    void stop_reading() override { connection_.stop_reading(); }

  private:
    void send_engine_packet(std::string_view head, std::string_view data) override;
    std::size_t on_data(Connection& connection, std::string_view bytes) override;
    void on_end(Connection&) override { Client::on_end(); }
    void on_frame(std::uint8_t first_byte, std::string_view payload);
    void queue_frame(std::uint8_t opcode, std::string_view head, std::string_view payload);

    Connection connection_;
    bool upgraded_ = false;
};

} // namespace hubbub::load
