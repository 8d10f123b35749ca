#include "socketio/broadcast.hpp"

#include "socketio/internal/encode.hpp"

#include <atomic>
#include <utility>

namespace hubbub::socketio {
namespace {

/// Ack ids of broadcasts are the same for all recipients, and out of the way of those that each socket counts itself.
std::uint64_t next_ack_id() {
    static std::atomic<std::uint64_t> last{std::uint64_t{1} << 40};
    return ++last;
}

} // namespace

Broadcast&& Broadcast::to(std::string_view room) && {
    target_.rooms.emplace_back(room);
    return std::move(*this);
}

Broadcast&& Broadcast::to(std::initializer_list<std::string_view> rooms) && {
    target_.rooms.insert(target_.rooms.end(), rooms.begin(), rooms.end());
    return std::move(*this);
}

Broadcast&& Broadcast::except(std::string_view room) && {
    target_.except.emplace_back(room);
    return std::move(*this);
}

Broadcast&& Broadcast::except(std::initializer_list<std::string_view> rooms) && {
    target_.except.insert(target_.except.end(), rooms.begin(), rooms.end());
    return std::move(*this);
}

Broadcast&& Broadcast::as_volatile() && {
    volatile_ = true;
    return std::move(*this);
}

Broadcast&& Broadcast::compress(bool allowed) && {
    compress_ = allowed;
    return std::move(*this);
}

Broadcast&& Broadcast::local() && {
    target_.local = true;
    return std::move(*this);
}

void Broadcast::send(EncodedPacket packet) {
    packet.is_volatile = volatile_;
    packet.compress = compress_;
    adapter_->broadcast(target_, std::move(packet));
}

void Broadcast::emit(std::string_view event, RawJson json) && {
    send(internal::encode_event(nsp_, event, json));
}

void Broadcast::emit(std::string_view event, const Arguments& arguments) && {
    send(internal::encode_event(nsp_, event, arguments));
}

void Broadcast::emit_with_ack(std::string_view event, const Arguments& arguments, std::chrono::milliseconds timeout,
                              AnswersCallback done) && {
    const std::uint64_t id = next_ack_id();
    EncodedPacket packet = internal::encode_event(nsp_, event, arguments, id);
    packet.compress = compress_;
    adapter_->broadcast_with_ack(std::move(target_), std::move(packet), id, timeout, std::move(done));
}

void Broadcast::sockets_join(std::vector<std::string> rooms, Callback<void()> done) && {
    adapter_->sockets_join(std::move(target_), std::move(rooms), std::move(done));
}

void Broadcast::sockets_leave(std::vector<std::string> rooms, Callback<void()> done) && {
    adapter_->sockets_leave(std::move(target_), std::move(rooms), std::move(done));
}

void Broadcast::disconnect_sockets(bool close, Callback<void()> done) && {
    adapter_->disconnect_sockets(std::move(target_), close, std::move(done));
}

void Broadcast::fetch_sockets(SocketsCallback done) && {
    adapter_->fetch_sockets(std::move(target_), std::move(done));
}

void Broadcast::for_each_local(std::function<void(Socket&)> visit, Callback<void()> done) && {
    adapter_->for_each_local(std::move(target_), std::move(visit), std::move(done));
}

} // namespace hubbub::socketio
