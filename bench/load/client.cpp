#include "client.hpp"

#include "polling_client.hpp"
#include "websocket_client.hpp"

#include <stdexcept>

namespace hubbub::load {

void ClientHandler::on_end(Client& client) {
    throw std::runtime_error("the server ended the connection of client " + std::to_string(client.index()));
}

Client::Client(std::string auth, std::size_t index, ClientHandler& handler)
    : handler_(handler), auth_(std::move(auth)), index_(index) {}

void Client::on_engine_packet(std::string_view packet) {
    if (state_ == State::connected && packet.size() > 1 && packet[0] == '4') {
        handler_.on_packet(*this, packet.substr(1));
    } else if (packet == "2") {
        send_engine_packet("3", "");
    } else if (packet == "6") {
        // a poll released with nothing to say
    } else if (state_ == State::opening && packet.starts_with("0{")) {
        state_ = State::joining;
        on_open(packet);
        send_engine_packet("40", auth_);
    } else if (state_ == State::joining && packet.starts_with("40")) {
        state_ = State::connected;
        handler_.on_connected(*this);
    } else {
        throw std::runtime_error("an unexpected packet: " + std::string(packet.substr(0, 200)));
    }
}

std::unique_ptr<Client> make_client(Poller& poller, const Target& target, std::string auth, std::size_t index,
                                    ClientHandler& handler) {
    if (target.transport == Transport::polling)
        return std::make_unique<PollingClient>(poller, target, std::move(auth), index, handler);
    return std::make_unique<WebSocketClient>(poller, target, std::move(auth), index, handler);
}

} // namespace hubbub::load
