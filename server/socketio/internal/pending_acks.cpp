#include "socketio/internal/pending_acks.hpp"

#include <exception>
#include <utility>

namespace hubbub::socketio::internal {

void PendingAcks::add(std::uint64_t id, std::chrono::milliseconds timeout, Socket::AckCallback callback) {
    auto& pending = waiting_[id];
    pending = std::make_unique<Pending>(*this, id, std::move(callback));
    socket_.shard().arm(pending->timer, timeout);
}

void PendingAcks::finish(std::uint64_t id, error_code error, Arguments answer) {
    const auto node = waiting_.extract(id);
    if (!node.empty()) call(*node.mapped(), error, std::move(answer));
}

void PendingAcks::fail_all(error_code error) {
    // Those that the callbacks add are refused at once: the socket is closed.
    auto waiting = std::exchange(waiting_, {});
    for (auto& [id, pending] : waiting) call(*pending, error, {});
}

void PendingAcks::call(Pending& pending, error_code error, Arguments answer) {
    Socket& socket = socket_; // the callback may destroy this
    try {
        pending.callback(error, std::move(answer));
    } catch (...) {
        handler_failed(socket, std::current_exception());
    }
}

} // namespace hubbub::socketio::internal
