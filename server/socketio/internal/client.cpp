#include "socketio/internal/client.hpp"

#include "base/limits.hpp"
#include "base/log.hpp"
#include "net/utf8.hpp"
#include "socketio/internal/namespace_core.hpp"
#include "socketio/internal/namespaces.hpp"
#include "socketio/internal/rare.hpp"

#include <algorithm>
#include <utility>

namespace hubbub::socketio::internal {
namespace {

DisconnectReason to_disconnect_reason(engineio::CloseReason reason) {
    switch (reason) {
    case engineio::CloseReason::transport_close: return DisconnectReason::transport_close;
    case engineio::CloseReason::transport_error: return DisconnectReason::transport_error;
    case engineio::CloseReason::ping_timeout: return DisconnectReason::ping_timeout;
    case engineio::CloseReason::parse_error: return DisconnectReason::parse_error;
    case engineio::CloseReason::forced_close: return DisconnectReason::forced_close;
    case engineio::CloseReason::slow_consumer: return DisconnectReason::transport_error;
    case engineio::CloseReason::server_shutting_down: return DisconnectReason::server_shutting_down;
    }
    return DisconnectReason::transport_close;
}

} // namespace

Client::Client(engineio::Session& session, Namespaces& namespaces)
    : session_{session},
      namespaces_{namespaces},
      connect_timeout_{std::make_unique<runtime::Timer>(
          [](void* self) { static_cast<Client*>(self)->session_.close(engineio::CloseReason::forced_close); }, this)} {
    session.shard().arm(*connect_timeout_, namespaces.options().connect_timeout);
}

Client::~Client() {
    // The server ends: a coroutine that waits for an ack holds its socket, which holds the coroutine. An application
    // may hold others for longer, in a `Next`.
    for (const auto& socket : sockets_) {
        socket->client_ = nullptr;
        socket->connected_ = false;
        socket->rare_.reset();
    }
}

void Client::send(const EncodedPacket& packet) {
    using net::Frame;
    const auto compression = packet.compress ? Frame::Compression::allowed : Frame::Compression::never;
    session_.send(Frame::make(Frame::Kind::text, {packet.text}, compression));
    for (const std::string& attachment : packet.attachments)
        session_.send(Frame::make(Frame::Kind::binary, {attachment}, compression));
}

void Client::send_control(PacketType type, std::string_view nsp, std::string_view json) {
    const std::string text = net::is_utf8(json) ? std::string{json} : net::replace_invalid(json);
    session_.send(net::Frame::make(net::Frame::Kind::text, {"4", encode_head(type, nsp, {}, 0), text}));
}

void Client::disconnect() {
    if (session_.closed()) return;                    // for another reason, which its sockets hear just now
    const auto session = session_.shared_from_this(); // which owns this
    const auto sockets = sockets_;                    // each takes itself out
    for (const auto& socket : sockets) socket->disconnect();
    session->close(engineio::CloseReason::forced_close);
}

void Client::remove(Socket& socket) {
    socket.client_ = nullptr;
    socket.nsp_.release();
    std::erase_if(sockets_, [&](const auto& held) { return held.get() == &socket; });
}

std::shared_ptr<Socket> Client::find(std::string_view nsp) const {
    const auto found = std::ranges::find_if(sockets_, [&](const auto& socket) { return socket->nsp_.name() == nsp; });
    return found == sockets_.end() ? nullptr : *found;
}

void Client::on_text(std::string_view data) {
    if (incomplete_) return fail(); // its attachments have to come first, and together
    auto packet = decode_packet(data);
    if (!packet) {
        log::debug("packet_refused",
                   {{"reason", packet.error().message()}, {"address", session_.handshake()->remote_address}});
        return fail();
    }
    if (packet->attachments == 0) return dispatch(std::move(*packet), {});
    if (!check_placeholders(packet->data, packet->attachments)) return fail();
    incomplete_ = std::make_unique<Incomplete>(Incomplete{.packet = std::move(*packet), .attachments = {}});
}

void Client::on_binary(std::string_view data) {
    if (!incomplete_) return fail();
    incomplete_->attachments.emplace_back(data);
    if (incomplete_->attachments.size() < incomplete_->packet.attachments) return;
    const auto complete = std::exchange(incomplete_, nullptr);
    dispatch(std::move(complete->packet), std::move(complete->attachments));
}

void Client::dispatch(Packet packet, std::vector<std::string> attachments) {
    if (packet.type == PacketType::connect) return on_connect(std::move(packet));
    const auto socket = find(packet.nsp);
    if (!socket || !socket->connected()) return fail(); // before CONNECT or after DISCONNECT
    switch (packet.type) {
    case PacketType::event:
    case PacketType::binary_event: return socket->nsp_.on_event(*socket, std::move(packet), std::move(attachments));
    case PacketType::ack:
    case PacketType::binary_ack:
        return socket->on_ack(*packet.id,
                              {.values = std::move(packet.data.get_array()), .attachments = std::move(attachments)});
    case PacketType::disconnect: return socket->on_closed(DisconnectReason::client_namespace_disconnect);
    case PacketType::connect:
    case PacketType::connect_error: return fail();
    }
}

void Client::on_connect(Packet packet) {
    if (find(packet.nsp) || sockets_.size() >= limits::kNamespacesPerClientMax) return fail();
    auto auth = packet.data.is_object() ? std::move(packet.data.get_object()) : boost::json::object{};
    if (NamespaceCore* const nsp = namespaces_.find(packet.nsp)) return enter(*nsp, std::move(auth));

    auto found = [this, name = packet.nsp, session = session_.weak_from_this()](std::shared_ptr<NamespaceCore> child,
                                                                                boost::json::object child_auth) {
        const auto alive = session.lock();
        if (!alive || alive->closed()) return child ? child->release() : void();
        if (!child) return refuse_namespace(name);
        enter(*child, std::move(child_auth), child);
    };
    namespaces_.find_child(packet.nsp, std::move(auth), session_.shard(), std::move(found));
}

void Client::refuse_namespace(std::string_view name) {
    refuse_connect(name, R"({"message":"Invalid namespace"})");
}

void Client::refuse_connect(std::string_view nsp, std::string_view answer) {
    send_control(PacketType::connect_error, nsp, answer);
    if (++connect_errors_ != limits::kConnectErrorsMax) return;
    namespaces_.count_refused_client();
    disconnect();
}

void Client::enter(NamespaceCore& nsp, boost::json::object auth, std::shared_ptr<NamespaceCore> child) {
    if (find(nsp.name())) { // asked for twice while it was being made
        nsp.release();
        return fail();
    }
    const std::shared_ptr<Socket> socket{new Socket{*this, nsp, std::move(auth)}};
    if (child) socket->rare().child_namespace = std::move(child);
    sockets_.push_back(socket);
    nsp.start(socket);
}

/// The connection is the namespaces' together: it has the largest of their limits.
std::optional<std::size_t> Client::outbox_bytes_max() const {
    std::optional<std::size_t> largest;
    for (const auto& socket : sockets_)
        largest = std::max(largest, std::optional{socket->nsp_.outbox_bytes_max().value_or(
                                        namespaces_.options().engine.outbox_bytes_max)});
    return largest;
}

void Client::on_close(engineio::CloseReason reason) {
    connect_timeout_.reset();
    incomplete_.reset();
    const auto sockets = sockets_; // each takes itself out, unless its disconnect handlers are what closes the session
    for (const auto& socket : sockets) socket->on_closed(to_disconnect_reason(reason));
}

} // namespace hubbub::socketio::internal
