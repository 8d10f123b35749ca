#include "socketio/socket.hpp"

#include "base/limits.hpp"
#include "socketio/internal/client.hpp"
#include "socketio/internal/encode.hpp"
#include "socketio/internal/namespace_core.hpp"
#include "socketio/internal/rare.hpp"

#include <boost/asio/append.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace hubbub::socketio {
namespace {

constexpr boost::asio::as_tuple_t<boost::asio::use_awaitable_t<>> kAsTuple{};

} // namespace

std::string internal::make_id() {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::array<unsigned char, 20> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) throw std::runtime_error{"no random bytes"};
    std::string id(random.size(), '\0'); // no larger than it has to be: every socket keeps one
    std::ranges::transform(random, id.begin(), [&](unsigned char byte) { return kAlphabet[byte % 64]; });
    return id;
}

std::string_view to_string(DisconnectReason reason) {
    switch (reason) {
    case DisconnectReason::client_namespace_disconnect: return "client namespace disconnect";
    case DisconnectReason::server_namespace_disconnect: return "server namespace disconnect";
    case DisconnectReason::server_shutting_down: return "server shutting down";
    case DisconnectReason::transport_close: return "transport close";
    case DisconnectReason::transport_error: return "transport error";
    case DisconnectReason::ping_timeout: return "ping timeout";
    case DisconnectReason::parse_error: return "parse error";
    case DisconnectReason::forced_close: return "forced close";
    }
    return "unknown";
}

Socket::Socket(internal::Client& client, internal::NamespaceCore& nsp, boost::json::object auth)
    : id_{internal::make_id()},
      client_{&client},
      nsp_{nsp},
      shard_{client.session().shard()},
      handshake_{client.session().handshake()},
      auth_{std::move(auth)} {}

Socket::~Socket() = default;

const Namespace& Socket::nsp() const {
    return nsp_;
}

Socket::Rare& Socket::rare() {
    if (!rare_) rare_ = std::make_unique<Rare>(*this);
    return *rare_;
}

void Socket::send(const EncodedPacket& packet) {
    if (connected_) client_->send(packet);
}

Sent Socket::send_event(const EncodedPacket& packet) {
    shard_.assert_current("Socket::emit");
    if (!connected_) return Sent::dropped;
    if (nsp_.recovery()) { // then each event is one that may be missed, and asked for again
        const bool dropped = packet.is_volatile && is_behind();
        nsp_.adapter().broadcast({.rooms = {id_}}, packet);
        return dropped ? Sent::dropped : is_behind() ? Sent::behind : Sent::queued;
    }
    if (packet.is_volatile && is_behind()) {
        ++nsp_.counters_of(shard_).volatile_dropped;
        return Sent::dropped;
    }
    client_->send(packet);
    return is_behind() ? Sent::behind : Sent::queued;
}

Sent Socket::emit(std::string_view event, RawJson json) {
    return send_event(internal::encode_event(nsp_.name(), event, json));
}

Sent Socket::emit(std::string_view event, const Arguments& arguments) {
    return send_event(internal::encode_event(nsp_.name(), event, arguments));
}

SocketEmit Socket::as_volatile() {
    return SocketEmit{*this}.as_volatile();
}

SocketEmit Socket::compress(bool allowed) {
    return SocketEmit{*this}.compress(allowed);
}

Sent SocketEmit::send(EncodedPacket packet) {
    packet.is_volatile = volatile_;
    packet.compress = compress_;
    return socket_.send_event(packet);
}

Sent SocketEmit::emit(std::string_view event, RawJson json) {
    return send(internal::encode_event(socket_.nsp_.name(), event, json));
}

Sent SocketEmit::emit(std::string_view event, const Arguments& arguments) {
    return send(internal::encode_event(socket_.nsp_.name(), event, arguments));
}

void Socket::emit_with_ack(std::string_view event, const Arguments& arguments, std::chrono::milliseconds timeout,
                           AckCallback callback) {
    shard_.assert_current("Socket::emit_with_ack");
    if (!connected_) return callback(Errc::disconnected, {});
    internal::PendingAcks& acks = rare().acks;
    const std::uint64_t id = acks.next_id();
    acks.add(id, timeout, std::move(callback));
    client_->send(internal::encode_event(nsp_.name(), event, arguments, id));
}

Task<Result<Arguments>> Socket::emit_with_ack(std::string event, Arguments arguments,
                                              std::chrono::milliseconds timeout) {
    using Token = boost::asio::use_awaitable_t<>;
    auto initiate = [&](auto handler) {
        // Never resumed from inside the callback, which may be in the middle of closing the socket.
        auto answered = [resume = std::move(handler)](error_code error, Arguments answer) mutable {
            boost::asio::post(boost::asio::append(std::move(resume), error, std::move(answer)));
        };
        emit_with_ack(event, arguments, timeout, std::move(answered));
    };
    auto [error, answer] =
        co_await boost::asio::async_initiate<const boost::asio::as_tuple_t<Token>, void(error_code, Arguments)>(
            initiate, kAsTuple);
    if (error) co_return error;
    co_return std::move(answer);
}

void Socket::on_ack(std::uint64_t id, Arguments answer) {
    const auto alive = shared_from_this();
    if (rare_) rare_->acks.finish(id, {}, std::move(answer));
}

void Socket::join(std::string_view room) {
    shard_.assert_current("Socket::join");
    if (connected_) return nsp_.adapter().join(*this, room);
    if (client_ == nullptr || closing_ || room == id_) return;
    auto& early = rare().joined_early;
    if (early.size() < limits::kRoomsPerSocketMax) early.emplace(room);
}

void Socket::join(std::initializer_list<std::string_view> rooms) {
    for (const std::string_view room : rooms) join(room);
}

void Socket::leave(std::string_view room) {
    shard_.assert_current("Socket::leave");
    if (connected_) return nsp_.adapter().leave(*this, room);
    if (!rare_) return;
    const auto found = rare_->joined_early.find(room);
    if (found != rare_->joined_early.end()) rare_->joined_early.erase(found);
}

std::vector<std::string> Socket::rooms() const {
    shard_.assert_current("Socket::rooms");
    if (connected_ || !rare_) return nsp_.adapter().rooms(*this);
    return {rare_->joined_early.begin(), rare_->joined_early.end()};
}

Broadcast Socket::broadcast() const {
    return nsp_.broadcast().except(id_);
}

Broadcast Socket::to(Rooms rooms) const {
    return broadcast().to(std::move(rooms));
}

Broadcast Socket::in(Rooms rooms) const {
    return broadcast().to(std::move(rooms));
}

Broadcast Socket::except(Rooms rooms) const {
    return broadcast().except(std::move(rooms));
}

std::size_t Socket::queued_bytes() const {
    shard_.assert_current("Socket::queued_bytes");
    return client_ == nullptr ? 0 : client_->session().queued_bytes();
}

bool Socket::is_behind() const {
    return queued_bytes() > limits::kOutboxVolatileBytesMax;
}

void Socket::deliver(std::span<const net::FramePtr> frames, bool droppable) {
    if (!connected_) return;
    engineio::Session& session = client_->session();
    if (droppable && session.queued_bytes() > limits::kOutboxVolatileBytesMax) {
        ++nsp_.counters_of(shard_).volatile_dropped;
        return;
    }
    for (const net::FramePtr& frame : frames) session.send(frame);
}

void Socket::deliver_with_ack(std::span<const net::FramePtr> frames, std::uint64_t ack_id,
                              std::chrono::milliseconds timeout, AckCallback callback) {
    rare().acks.add(ack_id, timeout, std::move(callback));
    deliver(frames, false);
}

SocketInfo Socket::info() const {
    return {.id = id_, .rooms = rooms(), .handshake = handshake_, .data = nsp_.show(*this)};
}

void Socket::supersede() {
    if (client_ != nullptr) client_->session().close(engineio::CloseReason::transport_close);
}

void Socket::disconnect(bool close) {
    shard_.assert_current("Socket::disconnect");
    if (client_ == nullptr) return;
    if (close) return client_->disconnect();
    if (closing_) return;
    client_->send_control(PacketType::disconnect, nsp_.name(), {});
    on_closed(DisconnectReason::server_namespace_disconnect);
}

void Socket::on_closed(DisconnectReason reason) {
    if (client_ == nullptr || std::exchange(closing_, true)) return;
    const auto alive = shared_from_this();
    internal::Client& client = *client_;
    if (connected_) {
        nsp_.disconnect(*this, reason);
    } else if (rare_ && rare_->coming_back) { // gone again before its middlewares were over
        nsp_.adapter().put_back(shard_, std::move(*rare_->coming_back));
    }
    client.remove(*this);
    if (rare_) rare_->acks.fail_all(Errc::disconnected);
}

void Ack::operator()(RawJson json) {
    const auto socket = socket_.lock();
    if (!std::exchange(wanted_, false) || !socket) return;
    socket->shard_.assert_current("Ack");
    socket->send(internal::encode_ack(socket->nsp_.name(), id_, json));
}

void Ack::operator()(const Arguments& arguments) {
    const auto socket = socket_.lock();
    if (!std::exchange(wanted_, false) || !socket) return;
    socket->shard_.assert_current("Ack");
    socket->send(internal::encode_ack(socket->nsp_.name(), id_, arguments));
}

} // namespace hubbub::socketio
