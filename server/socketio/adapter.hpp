#pragma once
#include "base/callback.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "engineio/session.hpp"
#include "net/frame.hpp"
#include "socketio/packet.hpp"

#include <boost/json/value.hpp>

#include <any>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::runtime {
class Shard;
class Shards;
} // namespace hubbub::runtime

namespace hubbub::socketio {

class Socket;

/// Which sockets of a namespace: those in any of `rooms` (all, if empty) and in none of `except`. A socket id is a
/// room.
struct Target {
    std::vector<std::string> rooms = {};
    std::vector<std::string> except = {};
    bool local = false;  ///< on this node only
    bool nobody = false; ///< `rooms` is empty because the list of rooms was: it does not mean all
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

/// Connection state recovery: a client that comes back within `window` gets its id, rooms and data again, and first of
/// all what it missed. Each namespace then logs its packets on every shard; within the bounds, so a client that missed
/// more than is there is connected anew. While it is on, each event without ack carries a string as last argument.
struct Recovery {
    std::chrono::milliseconds window = limits::kRecoveryWindow;
    bool skip_middlewares = true;                            ///< for clients that are recovered
    std::size_t packets_max = limits::kRecoveryPacketsMax;   ///< in the log of a namespace, on each shard
    std::size_t bytes_max = limits::kRecoveryLogBytesMax;    ///< of their text, attachments and rooms
    std::size_t sessions_max = limits::kRecoverySessionsMax; ///< of clients that are away, a namespace and shard
};

/// What is kept of a socket whose client may come back.
struct SavedSession {
    std::string pid; ///< its secret
    std::string sid;
    std::vector<std::string> rooms;
    std::any data; ///< moves to the shard that the client comes back on
    /// How many packets of each shard (as their sender) the client has surely got; the adapter's.
    std::vector<std::uint64_t> seen;
    std::chrono::steady_clock::time_point left_at;
};

/// Of one shard, for recovery.
struct RecoveryCounters {
    std::size_t packets = 0;              ///< in the log
    std::size_t bytes = 0;                ///< of them
    std::uint64_t packets_forgotten = 0;  ///< dropped before their time because there were too many
    std::size_t sessions = 0;             ///< saved now
    std::uint64_t sessions_forgotten = 0; ///< dropped before their time because there were too many
};

/// What a server asks of the adapter of each of its namespaces.
struct AdapterOptions {
    std::optional<Recovery> recovery;
    /// After this a living connection has surely delivered what was sent: it has answered a ping since.
    std::chrono::milliseconds heartbeat = limits::kPingInterval + limits::kPingTimeout;
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

    // Connection state recovery, where the options ask for it. On the socket's shard.
    /// The socket is connected; `pid` is the secret by which its client may come back. `seen`: of the saved session
    /// that it continues; empty for a new one.
    virtual void begin_session(Socket& socket, const std::string& pid, std::vector<std::uint64_t> seen) = 0;
    /// The socket is gone; `saved`, if given (without `seen`), is kept for the window.
    virtual void end_session(const std::string& pid, runtime::Shard& shard, std::optional<SavedSession> saved) = 0;
    /// Takes the session of that `pid` from wherever it is, also from a socket that is still connected, which ends.
    /// `offset` is the last that the client got, or empty. `done` runs on the calling shard.
    virtual void take_session(std::string pid, std::string offset,
                              Callback<void(std::optional<SavedSession>)> done) = 0;
    /// Keeps a session that was taken: its client went away again before it was connected.
    virtual void put_back(runtime::Shard& shard, SavedSession session) = 0;
    /// The packets for the session that its client has not got, with their offsets, as of now; nothing if some of them
    /// are no longer in the log, or too many to send at once.
    virtual std::optional<std::vector<net::FramePtr>> missed(runtime::Shard& shard, const SavedSession& session) = 0;
    virtual RecoveryCounters recovery_counters(const runtime::Shard& shard) const = 0;

    /// Calls `visit` with each room that has members on `shard`, and how many; for metrics. On that shard.
    virtual void visit_rooms(const runtime::Shard& shard,
                             const std::function<void(std::string_view room, std::size_t members)>& visit) const = 0;

    /// Runs `visit`, which must not throw, for each socket of `target`, on that socket's shard, on this node only; then
    /// `done`.
    virtual void for_each_local(Target target, std::function<void(Socket&)> visit, Callback<void()> done) = 0;
};

/// Makes the adapter of one namespace.
using AdapterFactory = std::function<std::unique_ptr<Adapter>(runtime::Shards& shards, const std::string& nsp,
                                                              const AdapterOptions& options)>;

} // namespace hubbub::socketio
