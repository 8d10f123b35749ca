#pragma once
#include "socketio/adapter.hpp"
#include "socketio/packet.hpp"
#include "socketio/payload.hpp"

#include <chrono>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::socketio {

/// JSON text that the caller already has. Not checked.
struct RawJson {
    std::string_view text;
};

/// A broadcast being addressed: `io.of("/").to("42").except(id).emit("name", …)`. May be used from any thread, while
/// its namespace lives.
class Broadcast {
  public:
    Broadcast(Adapter& adapter, std::string_view nsp) : adapter_{&adapter}, nsp_{nsp} {}

    /// To the sockets that are in any of the rooms named by all calls of `to`; to all of the namespace without one.
    Broadcast&& to(std::string_view room) &&;
    Broadcast&& to(std::initializer_list<std::string_view> rooms) &&;
    Broadcast&& except(std::string_view room) &&;
    Broadcast&& except(std::initializer_list<std::string_view> rooms) &&;
    /// May be dropped for clients that cannot keep up.
    Broadcast&& as_volatile() &&;
    /// Whether it may be compressed, where the connection has agreed on it. Default: true.
    Broadcast&& compress(bool allowed) &&;
    /// To the sockets of this node only.
    Broadcast&& local() &&;

    /// `json` is the text of the arguments without brackets.
    void emit(std::string_view event, RawJson json) &&;
    void emit(std::string_view event, const Arguments& arguments) &&;
    /// Typed arguments (payload.hpp).
    template <class... T> void emit(std::string_view event, const T&... values) && {
        std::move(*this).emit(event, arguments_of(values...));
    }
    /// Asks every client for an ack and collects the answers; see `AnswersCallback`.
    void emit_with_ack(std::string_view event, const Arguments& arguments, std::chrono::milliseconds timeout,
                       AnswersCallback done) &&;

    void sockets_join(std::vector<std::string> rooms, Callback<void()> done = {}) &&;
    /// After `done`, nothing of these rooms reaches the sockets any more.
    void sockets_leave(std::vector<std::string> rooms, Callback<void()> done = {}) &&;
    void disconnect_sockets(bool close, Callback<void()> done = {}) &&;
    /// What there is to know of the sockets, wherever they are.
    void fetch_sockets(SocketsCallback done) &&;
    /// Visits the sockets on this node, each on its own shard, then runs `done`.
    void for_each_local(std::function<void(Socket&)> visit, Callback<void()> done = {}) &&;

  private:
    void send(EncodedPacket packet);

    Adapter* adapter_;
    std::string_view nsp_;
    Target target_;
    bool volatile_ = false;
    bool compress_ = true;
};

} // namespace hubbub::socketio
