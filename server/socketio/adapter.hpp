#pragma once
#include "base/callback.hpp"
#include "base/result.hpp"
#include "engineio/session.hpp"
#include "socketio/packet.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::runtime {
class Shards;
}

namespace hubbub::socketio {

class Socket;

/// Which sockets of a namespace: those in any of `rooms` (all, if empty) and in none of `except`. A socket id is a
/// room.
struct Target {
    std::vector<std::string> rooms;
    std::vector<std::string> except;
    bool local = false; ///< on this node only
};

/// A packet as it goes to every recipient: `text` with the Engine.IO type in front (`42["event",…]`), then attachments.
struct EncodedPacket {
    std::string text;
    std::vector<std::string> attachments;
    bool is_volatile = false; ///< may be dropped for a socket that cannot keep up
    bool compress = true;     ///< where the connection has agreed on permessage-deflate
};

/// What others may know of a socket.
struct SocketInfo {
    std::string id;
    std::vector<std::string> rooms; ///< without its id
    std::shared_ptr<const engineio::HandshakeInfo> handshake;
    boost::json::value data; ///< a copy, as `Handlers::show_data` shows it
};

/// Where an adapter keeps a socket's place in a room's member list, so that leaving costs O(1). Lives in the socket.
struct RoomSlot {
    void* room = nullptr;
    std::uint32_t index = 0;
};

/// Takes the answers to a broadcast: `ack_timeout` if not every client answered in time, with the answers there are.
using AnswersCallback = Callback<void(error_code error, std::vector<Arguments> answers)>;
using SocketsCallback = Callback<void(error_code error, std::vector<SocketInfo> sockets)>;

/// Knows which sockets of one namespace are in which rooms, and reaches all of them, on every shard (and node).
///
/// `add` to `rooms` are called on the socket's shard. Everything else may be called from any
/// thread; what one thread asks for is carried out in that order on each shard. `done` runs on the calling shard, or,
/// when called from no shard, on one of them.
class Adapter {
  public:
    virtual ~Adapter() = default;

    /// The socket is connected: from now on broadcasts reach it, also by its id.
    virtual void add(Socket& socket) = 0;
    /// The socket is gone: it leaves every room.
    virtual void remove(Socket& socket) = 0;
    virtual void join(Socket& socket, std::string_view room) = 0;
    virtual void leave(Socket& socket, std::string_view room) = 0;
    /// The rooms it joined, without the one that is its own id.
    virtual std::vector<std::string> rooms(const Socket& socket) const = 0;

    /// Pushes the packet to every socket of `target`, exactly once each.
    virtual void broadcast(const Target& target, EncodedPacket packet) = 0;
    /// The same with a packet that asks for an ack of that id; `done` when all have answered or `timeout` is over.
    virtual void broadcast_with_ack(Target target, EncodedPacket packet, std::uint64_t ack_id,
                                    std::chrono::milliseconds timeout, AnswersCallback done) = 0;

    /// Runs on all sockets of `target`; `done` when every shard has carried it out.
    virtual void sockets_join(Target target, std::vector<std::string> rooms, Callback<void()> done) = 0;
    virtual void sockets_leave(Target target, std::vector<std::string> rooms, Callback<void()> done) = 0;
    virtual void disconnect_sockets(Target target, bool close, Callback<void()> done) = 0;
    virtual void fetch_sockets(Target target, SocketsCallback done) = 0;

    /// Runs `visit` for each socket of `target`, on that socket's shard, on this node only; then `done`.
    virtual void for_each_local(Target target, std::function<void(Socket&)> visit, Callback<void()> done) = 0;
};

/// Makes the adapter of one namespace.
using AdapterFactory = std::function<std::unique_ptr<Adapter>(runtime::Shards& shards, const std::string& nsp)>;

} // namespace hubbub::socketio
