#pragma once
#include "socketio/internal/pending_acks.hpp"
#include "socketio/socket.hpp"

namespace hubbub::socketio {

/// What a socket has only once it needs it.
struct Socket::Rare {
    explicit Rare(runtime::Shard& shard) : acks{shard} {}
    internal::PendingAcks acks;
    std::shared_ptr<internal::NamespaceCore> child_namespace; ///< which stays as long as its sockets
};

} // namespace hubbub::socketio
