// The part of a namespace that lets clients come back: what happens before `connect` and after `disconnect`.
#include "socketio/internal/behaviour.hpp"
#include "socketio/internal/client.hpp"
#include "socketio/internal/namespace_core.hpp"
#include "socketio/internal/rare.hpp"

#include <utility>

namespace hubbub::socketio::internal {
namespace {

std::string text_of(const boost::json::object& object, std::string_view field) {
    const boost::json::value* const value = object.if_contains(field);
    return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

/// Whether a client whose socket ended so may come back: not if one of the two sides wanted the end.
bool may_come_back(DisconnectReason reason) {
    return reason != DisconnectReason::client_namespace_disconnect &&
           reason != DisconnectReason::server_namespace_disconnect && reason != DisconnectReason::parse_error;
}

} // namespace

void NamespaceCore::start(const std::shared_ptr<Socket>& socket) {
    std::string pid = recovery_ ? text_of(socket->auth(), "pid") : std::string{};
    if (pid.empty()) return run_middlewares(socket);
    adapter_->take_session(
        std::move(pid), text_of(socket->auth(), "offset"),
        [this, socket](std::optional<SavedSession> session) { on_session(socket, std::move(session)); });
}

void NamespaceCore::on_session(const std::shared_ptr<Socket>& socket, std::optional<SavedSession> session) {
    if (socket->client_ == nullptr) { // gone again meanwhile
        if (session) adapter_->put_back(socket->shard(), std::move(*session));
        return;
    }
    if (!session) return start_anew(socket);
    socket->data_ = session->data;
    socket->rare().coming_back = std::move(session);
    if (recovery_->skip_middlewares) return connect(*socket);
    run_middlewares(socket);
}

/// The client cannot have what it missed: it is a new one.
void NamespaceCore::start_anew(const std::shared_ptr<Socket>& socket) {
    ++counters_of(socket->shard()).recoveries_refused;
    socket->data_.reset();
    socket->rare().joined_early.clear();
    run_middlewares(socket);
}

void NamespaceCore::save(Socket& socket, DisconnectReason reason, std::vector<std::string> rooms) {
    const std::string& pid = socket.rare().pid;
    std::optional<SavedSession> session;
    if (may_come_back(reason)) {
        session.emplace(SavedSession{.pid = pid,
                                     .sid = socket.id(),
                                     .rooms = std::move(rooms),
                                     .data = socket.data(),
                                     .seen = {},
                                     .left_at = std::chrono::steady_clock::now()});
    }
    adapter_->end_session(pid, socket.shard(), std::move(session));
}

} // namespace hubbub::socketio::internal
