#include "socketio/broadcast.hpp"

#include "socketio/internal/encode.hpp"

#include <utility>

namespace hubbub::socketio {

Broadcast&& Broadcast::to(std::string_view room) && {
    target_.rooms.emplace_back(room);
    return std::move(*this);
}

Broadcast&& Broadcast::except(std::string_view room) && {
    target_.except.emplace_back(room);
    return std::move(*this);
}

Broadcast&& Broadcast::as_volatile() && {
    volatile_ = true;
    return std::move(*this);
}

void Broadcast::send(EncodedPacket packet) {
    packet.is_volatile = volatile_;
    adapter_->broadcast(target_, std::move(packet));
}

void Broadcast::emit(std::string_view event, RawJson json) && {
    send(internal::encode_event(nsp_, event, json));
}

void Broadcast::emit(std::string_view event, const Arguments& arguments) && {
    send(internal::encode_event(nsp_, event, arguments));
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

void Broadcast::for_each_local(std::function<void(Socket&)> visit, Callback<void()> done) && {
    adapter_->for_each_local(std::move(target_), std::move(visit), std::move(done));
}

} // namespace hubbub::socketio
