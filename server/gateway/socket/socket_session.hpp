#pragma once
#include "chat/auth/auth.hpp"
#include "chat/typing/typing.hpp"
#include "gateway/live_sockets.hpp"
#include "gateway/node.hpp"
#include "gateway/seats.hpp"
#include "socketio/socket.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace hubbub::gateway {

class SocketGateway;

/// What the gateway knows of a connected socket. Lives in `Socket::data`, on its shard.
struct SocketSession {
    SocketSession(SocketGateway& of, socketio::Socket& owner, const chat::AccessClaims& bearer);
    SocketSession(const SocketSession&) = delete;

    SocketGateway& gateway;
    socketio::Socket& socket;
    chat::AccessClaims claims;
    runtime::Timer token_timer; ///< the warning before the token expires, then its end
    Seats::Seat user_seat;
    const chat::Device device = Presence::new_device();
    std::uint32_t running = 0; ///< requests that wait for the database
    bool warned = false;
    bool ready = false; ///< in all rooms, and `connected` is sent
    chat::Typing typing;

    /// Only while the socket is being brought in.
    struct Arrival {
        LiveSockets::Watch watch;
        std::vector<socketio::Event> early; ///< events before `connected`: they wait for it
    };
    std::unique_ptr<Arrival> arrival;
};

inline chat::ClientInfo client_of(const socketio::Socket& socket) {
    return {socket.handshake().user_agent, socket.handshake().remote_address};
}

/// Null for a socket that no middleware has let in.
inline SocketSession* session_of(socketio::Socket& socket) {
    const auto* held = socket.data_as<std::shared_ptr<SocketSession>>();
    return held == nullptr ? nullptr : held->get();
}

} // namespace hubbub::gateway
