#pragma once
#include "gateway/failure.hpp"
#include "gateway/node.hpp"
#include "socketio/socket.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace hubbub::gateway {

/// One event of a client on its way to its answer. May travel to other shards and back; it is answered on the socket's.
/// It does not keep the socket alive: that has to end on its own shard.
class EventCall {
  public:
    EventCall(Node& node, socketio::Socket& socket, socketio::Event& event);
    EventCall(EventCall&&) = default;

    runtime::Shard& shard() const { return *shard_; }
    /// It is an event that the server knows. `name` is the server's, so that clients make no names of metrics.
    void set_known(std::string_view name) { measured_as_ = name; }
    /// Named in the `error` event, so that a client without acks knows which send failed.
    void set_client_message_id(std::string id) { client_message_id_ = std::move(id); }

    /// `json`: the whole object, `{"ok":true,…}`.
    void answer(std::string_view json);
    /// By the ack, or by the event `error` if the client wants none.
    void refuse(const Failure& failure);

  private:
    void measure();

    Node* node_;
    runtime::Shard* shard_;
    std::weak_ptr<socketio::Socket> socket_;
    std::string event_;
    socketio::Ack ack_;
    std::string client_message_id_;
    std::string_view measured_as_ = "unknown";
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

} // namespace hubbub::gateway
