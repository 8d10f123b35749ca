#pragma once
#include "poller.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace hubbub::load {

class Client;

/// What happens to clients, on the one thread there is.
class ClientHandler {
  public:
    virtual ~ClientHandler() = default;
    /// The server accepted the namespace CONNECT.
    virtual void on_connected(Client&) {}
    /// `packet` is a Socket.IO EVENT or ACK as it stands on the wire (`2["new_message",…]`, `312[…]`); it dies with the
    /// call.
    virtual void on_packet(Client& client, std::string_view packet) = 0;
    /// The server ended the connection. A load that lost a client counts nothing: throws, unless it is meant to happen.
    virtual void on_end(Client& client);
};

enum class Transport { websocket, polling };

struct Target {
    std::uint16_t port = 3000; ///< on 127.0.0.1
    std::string path = "/socket.io/";
    Transport transport = Transport::websocket;
};

/// One Socket.IO client, without more of the protocols than a load needs: no upgrade, no binary, no compression.
/// Anything it does not expect is a std::runtime_error.
class Client {
  public:
    /// `auth` is the payload of the CONNECT packet, JSON or empty. `index` is the caller's.
    Client(std::string auth, std::size_t index, ClientHandler& handler);
    virtual ~Client() = default;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    std::size_t index() const { return index_; }

    /// Queues a Socket.IO packet; `flush` sends what is queued.
    void send(std::string_view packet) { send_engine_packet("4", packet); }
    virtual void flush() = 0;

    /// A client that does not keep up: nobody reads from its socket.
    virtual void stop_reading() = 0;

  protected:
    virtual void send_engine_packet(std::string_view head, std::string_view data) = 0;
    /// The open packet of the Engine.IO session.
    virtual void on_open(std::string_view) {}
    void on_engine_packet(std::string_view packet);
    void on_end() { handler_.on_end(*this); }

  private:
    enum class State { opening, joining, connected };

    ClientHandler& handler_;
    std::string auth_;
    std::size_t index_;
    State state_ = State::opening;
};

/// Starts to connect a client of `target.transport`.
std::unique_ptr<Client> make_client(Poller& poller, const Target& target, std::string auth, std::size_t index,
                                    ClientHandler& handler);

} // namespace hubbub::load
