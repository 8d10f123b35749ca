#pragma once
#include "socketio/adapter.hpp"

namespace hubbub::adapters {

/// The adapter of a server that is alone: rooms and sockets of all shards of this process.
socketio::AdapterFactory local();

} // namespace hubbub::adapters
