#include "socketio/socket.hpp"

#include "base/limits.hpp"
#include "socketio/internal/client.hpp"
#include "socketio/internal/encode.hpp"
#include "socketio/internal/namespace_core.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <utility>

namespace hubbub::socketio {
namespace {

/// 20 characters of base64url; never an Engine.IO sid.
std::string make_id() {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::array<unsigned char, 20> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) throw std::runtime_error{"no random bytes"};
    std::string id(random.size(), '\0'); // no larger than it has to be: every socket keeps one
    std::ranges::transform(random, id.begin(), [&](unsigned char byte) { return kAlphabet[byte % 64]; });
    return id;
}

} // namespace

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

/// The events that wait for the client's ack.
class Socket::PendingAcks {
  public:
    explicit PendingAcks(runtime::Shard& shard) : shard_{shard} {}

    std::uint64_t add(std::chrono::milliseconds timeout, AckCallback callback) {
        const std::uint64_t id = next_id_++;
        auto& pending = waiting_[id];
        pending = std::make_unique<Pending>(*this, id, std::move(callback));
        shard_.arm(pending->timer, timeout);
        return id;
    }

    void finish(std::uint64_t id, error_code error, Arguments answer) {
        auto node = waiting_.extract(id);
        if (!node.empty()) node.mapped()->callback(error, std::move(answer));
    }

    void fail_all(error_code error) {
        while (!waiting_.empty()) finish(waiting_.begin()->first, error, {});
    }

  private:
    struct Pending {
        Pending(PendingAcks& all, std::uint64_t ack_id, AckCallback ack_callback)
            : owner{all}, id{ack_id}, callback{std::move(ack_callback)} {}
        PendingAcks& owner;
        std::uint64_t id;
        AckCallback callback;
        runtime::Timer timer{[](void* self) {
                                 auto* pending = static_cast<Pending*>(self);
                                 pending->owner.finish(pending->id, Errc::ack_timeout, {});
                             },
                             this};
    };

    runtime::Shard& shard_;
    std::uint64_t next_id_ = 0;
    std::map<std::uint64_t, std::unique_ptr<Pending>> waiting_;
};

Socket::Socket(internal::Client& client, internal::NamespaceCore& nsp, boost::json::object auth)
    : id_{make_id()},
      client_{&client},
      nsp_{nsp},
      shard_{client.session().shard()},
      handshake_{client.session().handshake()},
      auth_{std::move(auth)} {}

Socket::~Socket() = default;

void Socket::send(const EncodedPacket& packet) {
    if (connected_) client_->send(packet);
}

void Socket::emit(std::string_view event, RawJson json) {
    send(internal::encode_event(nsp_.name(), event, json));
}

void Socket::emit(std::string_view event, const Arguments& arguments) {
    send(internal::encode_event(nsp_.name(), event, arguments));
}

void Socket::emit_with_ack(std::string_view event, const Arguments& arguments, std::chrono::milliseconds timeout,
                           AckCallback callback) {
    if (!connected_) return callback(Errc::disconnected, {});
    if (!pending_acks_) pending_acks_ = std::make_unique<PendingAcks>(shard_);
    const std::uint64_t id = pending_acks_->add(timeout, std::move(callback));
    send(internal::encode_event(nsp_.name(), event, arguments, id));
}

void Socket::on_ack(std::uint64_t id, Arguments answer) {
    if (pending_acks_) pending_acks_->finish(id, {}, std::move(answer));
}

void Socket::join(std::string_view room) {
    if (connected_) nsp_.adapter().join(*this, room);
}

void Socket::leave(std::string_view room) {
    nsp_.adapter().leave(*this, room);
}

std::vector<std::string> Socket::rooms() const {
    return nsp_.adapter().rooms(*this);
}

Broadcast Socket::to(std::string_view room) {
    return nsp_.to(room).except(id_);
}

std::size_t Socket::queued_bytes() const {
    return client_ == nullptr ? 0 : client_->session().queued_bytes();
}

void Socket::deliver(std::span<const net::FramePtr> frames, bool droppable) {
    if (!connected_) return;
    engineio::Session& session = client_->session();
    if (droppable && session.queued_bytes() > limits::kOutboxVolatileBytesMax) return;
    for (const net::FramePtr& frame : frames) session.send(frame);
}

void Socket::disconnect(bool close) {
    if (client_ == nullptr) return;
    const auto alive = shared_from_this();
    engineio::Session& session = client_->session();
    client_->send_control(PacketType::disconnect, nsp_.name(), {});
    on_closed(DisconnectReason::server_namespace_disconnect);
    if (close) session.close(engineio::CloseReason::forced_close);
}

void Socket::on_closed(DisconnectReason reason) {
    const auto alive = shared_from_this();
    if (connected_) {
        nsp_.on_disconnect(*this, reason);
        connected_ = false;
    }
    client_->remove(*this);
    if (pending_acks_) pending_acks_->fail_all(Errc::disconnected);
}

void Ack::operator()(RawJson json) {
    const auto socket = socket_.lock();
    if (!std::exchange(wanted_, false) || !socket) return;
    socket->send(internal::encode_ack(socket->nsp_.name(), id_, json));
}

void Ack::operator()(const Arguments& arguments) {
    const auto socket = socket_.lock();
    if (!std::exchange(wanted_, false) || !socket) return;
    socket->send(internal::encode_ack(socket->nsp_.name(), id_, arguments));
}

} // namespace hubbub::socketio
