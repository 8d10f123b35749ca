#pragma once
#include "socketio/server.hpp"

namespace hubbub::conformance {

/// The namespace `/features`, for our own tests of what the public suites leave out: refusals with data, acks asked by
/// the server, rooms, and the reasons of a disconnect.
void set_up_features(socketio::Server& server);

} // namespace hubbub::conformance
