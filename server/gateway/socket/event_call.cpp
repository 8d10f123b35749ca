#include "gateway/socket/event_call.hpp"

#include "gateway/json/encode.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace hubbub::gateway {

EventCall::EventCall(Node& node, socketio::Socket& socket, socketio::Event& event)
    : node_{&node},
      shard_{&socket.shard()},
      socket_{socket.weak_from_this()},
      event_{event.name},
      ack_{std::move(event.ack)} {}

void EventCall::measure() {
    node_->measures_of(*shard_).events[measured_as_].record(std::chrono::steady_clock::now() - began_);
}

void EventCall::answer(std::string_view json) {
    measure();
    ack_(socketio::RawJson{json});
}

void EventCall::refuse(const Failure& failure) {
    measure();
    node_->counters.refused(failure.name);
    if (failure.name == ErrorName::limit_rate) ++node_->measures_of(*shard_).limited_events[measured_as_];
    const auto socket = socket_.lock();
    log_cause(failure, {"socket", socket ? socket->id() : std::string_view{}});
    if (ack_) return ack_(socketio::RawJson{encode_refusal(failure)});
    if (!socket) return;
    boost::json::object error{{"event", event_}, {"error", to_json(failure)}};
    if (!client_message_id_.empty()) error["clientMessageId"] = client_message_id_;
    socket->emit("error", socketio::RawJson{boost::json::serialize(error)});
}

} // namespace hubbub::gateway
