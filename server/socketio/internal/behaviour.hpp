#pragma once
#include "socketio/namespace.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hubbub::socketio::internal {

/// What was registered in a `Handlers`: written at set-up, then read by every shard.
struct Behaviour {
    std::vector<Middleware> middlewares;
    std::vector<EventMiddleware> event_middlewares;
    std::vector<std::function<void(Socket&)>> connection;
    std::vector<DisconnectHandler> disconnecting;
    std::vector<DisconnectHandler> disconnect;
    std::map<std::string, EventHandler, std::less<>> events;
    std::vector<AnyHandler> any;
    EventHandler unhandled;
    InvalidPayloadHandler invalid_payload;
    RefusedEventHandler refused_event;
    DataView data_view;
    std::optional<std::size_t> outbox_bytes_max;
};

} // namespace hubbub::socketio::internal
