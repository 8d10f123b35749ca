#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace hubbub::load {

class Client;

/// Where the packets of clients go, on the one thread there is.
class PacketHandler {
  public:
    virtual ~PacketHandler() = default;
    /// `packet` is a Socket.IO EVENT or ACK as it stands on the wire (`2["new_message",…]`, `312[…]`); it dies with the
    /// call.
    virtual void on_packet(Client& client, std::string_view packet) = 0;
};

/// One Socket.IO client on a WebSocket, without more of the protocols than a load needs: no polling, no binary, no
/// compression, no fragments. Anything it does not expect is a std::runtime_error: a load that lost a client counts
/// nothing.
class Client {
  public:
    struct Target {
        std::uint16_t port = 3000; ///< on 127.0.0.1
        std::string path = "/socket.io/";
    };

    /// Starts to connect. `auth` is the payload of the CONNECT packet, JSON or empty. `index` is the caller's.
    Client(const Target& target, std::string auth, std::size_t index, PacketHandler& handler);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    int fd() const { return fd_; }
    std::size_t index() const { return index_; }
    /// The server accepted the namespace CONNECT.
    bool connected() const { return state_ == State::connected; }
    std::uint64_t bytes_received() const { return bytes_received_; }
    /// There is more to write than the socket takes now.
    bool wants_write() const { return !out_.empty(); }

    /// Queues a Socket.IO packet; `flush` sends what is queued.
    void send(std::string_view packet);
    void flush();

    /// The socket is readable. `scratch` is where this call reads into, shared by all clients.
    void on_readable(std::span<char> scratch);

  private:
    enum class State { upgrading, opening, joining, connected };

    std::size_t consume(std::string_view bytes);
    void on_message(std::string_view engine_packet);
    void queue_frame(std::uint8_t opcode, std::string_view head, std::string_view payload);

    PacketHandler& handler_;
    std::string auth_;
    std::string carry_; ///< the start of a frame whose end is not here yet
    std::string out_;
    std::uint64_t bytes_received_ = 0;
    std::size_t index_;
    int fd_;
    State state_ = State::upgrading;
};

} // namespace hubbub::load
