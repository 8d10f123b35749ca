#pragma once
#include "socketio/internal/pending_acks.hpp"
#include "socketio/socket.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>

namespace hubbub::socketio {

namespace internal {
/// 20 secret characters of base64url; never an Engine.IO sid.
std::string make_id();
} // namespace internal

/// What a socket has only once it needs it.
struct Socket::Rare {
    explicit Rare(Socket& socket) : acks{socket} {}
    internal::PendingAcks acks;
    std::string pid;                                          ///< the secret by which its client may come back
    std::optional<SavedSession> coming_back;                  ///< what it was before, until it is connected
    std::set<std::string, std::less<>> joined_early;          ///< by its middlewares, until it is connected
    std::shared_ptr<internal::NamespaceCore> child_namespace; ///< which stays as long as its sockets
};

} // namespace hubbub::socketio
