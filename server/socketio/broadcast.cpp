#include "socketio/broadcast.hpp"

#include "socketio/internal/encode.hpp"
#include "socketio/socket.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <utility>

namespace hubbub::socketio {
namespace {

/// Ack ids of broadcasts are the same for all recipients, and out of the way of those that each socket counts itself.
std::uint64_t next_ack_id() {
    static std::atomic<std::uint64_t> last{std::uint64_t{1} << 40};
    return ++last;
}

void append(std::vector<std::string>& rooms, std::vector<std::string> more) {
    if (rooms.empty()) {
        rooms = std::move(more); // mostly: a broadcast to one room allocates it once
    } else {
        std::ranges::move(more, std::back_inserter(rooms));
    }
}

} // namespace

Broadcast::Broadcast(Broadcast&& other) noexcept
    : adapter_{other.adapter_},
      nsp_{other.nsp_},
      target_{std::exchange(other.target_, Target{.nobody = true})},
      volatile_{other.volatile_},
      compress_{other.compress_} {}

Broadcast& Broadcast::operator=(Broadcast other) noexcept {
    std::swap(adapter_, other.adapter_);
    std::swap(nsp_, other.nsp_);
    std::swap(target_, other.target_);
    std::swap(volatile_, other.volatile_);
    std::swap(compress_, other.compress_);
    return *this;
}

Broadcast Broadcast::to(Rooms rooms) && {
    append(target_.rooms, std::move(rooms.names_));
    target_.nobody = target_.rooms.empty();
    return std::move(*this);
}

Broadcast Broadcast::except(Rooms rooms) && {
    append(target_.except, std::move(rooms.names_));
    return std::move(*this);
}

Broadcast Broadcast::as_volatile() && {
    volatile_ = true;
    return std::move(*this);
}

Broadcast Broadcast::compress(bool allowed) && {
    compress_ = allowed;
    return std::move(*this);
}

Broadcast Broadcast::local() && {
    target_.local = true;
    return std::move(*this);
}

void Broadcast::send(EncodedPacket packet) const {
    packet.is_volatile = volatile_;
    packet.compress = compress_;
    adapter_->broadcast(target_, std::move(packet));
}

void Broadcast::emit(std::string_view event, RawJson json) const {
    send(internal::encode_event(nsp_, event, json));
}

void Broadcast::emit(std::string_view event, const Arguments& arguments) const {
    send(internal::encode_event(nsp_, event, arguments));
}

void Broadcast::emit_with_ack(std::string_view event, const Arguments& arguments, std::chrono::milliseconds timeout,
                              AnswersCallback done) const {
    const std::uint64_t id = next_ack_id();
    EncodedPacket packet = internal::encode_event(nsp_, event, arguments, id);
    packet.compress = compress_;
    adapter_->broadcast_with_ack(target_, std::move(packet), id, timeout, std::move(done));
}

void Broadcast::sockets_join(std::vector<std::string> rooms, Callback<void()> done) const {
    adapter_->sockets_join(target_, std::move(rooms), std::move(done));
}

void Broadcast::sockets_leave(std::vector<std::string> rooms, Callback<void()> done) const {
    adapter_->sockets_leave(target_, std::move(rooms), std::move(done));
}

void Broadcast::disconnect_sockets(bool close, Callback<void()> done) const {
    adapter_->disconnect_sockets(target_, close, std::move(done));
}

void Broadcast::fetch_sockets(SocketsCallback done) const {
    adapter_->fetch_sockets(target_, std::move(done));
}

void Broadcast::for_each_local(std::function<void(Socket&)> visit, Callback<void()> done) const {
    auto guarded = [visit = std::move(visit)](Socket& socket) { internal::visit_guarded(socket, visit); };
    adapter_->for_each_local(target_, std::move(guarded), std::move(done));
}

} // namespace hubbub::socketio
