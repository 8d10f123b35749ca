#pragma once
#include "socketio/adapter.hpp"
#include "socketio/packet.hpp"

#include <string>
#include <string_view>

namespace hubbub::socketio {

/// JSON text that the caller already has. Not checked.
struct RawJson {
    std::string_view text;
};

/// A broadcast being addressed: `io.of("/").to("42").except(id).emit("name", …)`. May be used from any thread.
class Broadcast {
  public:
    Broadcast(Adapter& adapter, std::string_view nsp) : adapter_{&adapter}, nsp_{nsp} {}

    Broadcast&& to(std::string_view room) &&;
    Broadcast&& except(std::string_view room) &&;
    /// May be dropped for clients that cannot keep up.
    Broadcast&& as_volatile() &&;

    /// `json` is the text of the arguments without brackets.
    void emit(std::string_view event, RawJson json) &&;
    void emit(std::string_view event, const Arguments& arguments) &&;

    void sockets_join(std::vector<std::string> rooms, Callback<void()> done) &&;
    /// After `done`, nothing of these rooms reaches the sockets any more.
    void sockets_leave(std::vector<std::string> rooms, Callback<void()> done) &&;
    void disconnect_sockets(bool close, Callback<void()> done) &&;
    /// Visits the sockets on this node, each on its own shard, then runs `done`.
    void for_each_local(std::function<void(Socket&)> visit, Callback<void()> done) &&;

  private:
    void send(EncodedPacket packet);

    Adapter* adapter_;
    std::string_view nsp_;
    Target target_;
    bool volatile_ = false;
};

} // namespace hubbub::socketio
