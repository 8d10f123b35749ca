#include "engineio/session.hpp"

#include "base/limits.hpp"
#include "base/log.hpp"
#include "engineio/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace hubbub::engineio {

using net::Frame;
using net::http::Exchange;
using net::http::Response;
using net::websocket::CloseCode;

namespace {
constexpr std::size_t kKeptCapacity = 32; ///< entries that an empty queue may hold on to

std::uint32_t clamped(std::size_t bytes) {
    return static_cast<std::uint32_t>(std::min<std::size_t>(bytes, std::numeric_limits<std::uint32_t>::max()));
}
} // namespace

static_assert(sizeof(Session) <= 232); // 248 with its counts: what malloc gives without waste

Session::Session(Engine& engine, const std::array<char, kSidLength>& sid,
                 std::shared_ptr<const HandshakeInfo> handshake, std::unique_ptr<Ticket> ticket)
    : engine_{engine},
      sid_{sid},
      handshake_{std::move(handshake)},
      ticket_{std::move(ticket)},
      heartbeat_{[](void* self) { static_cast<Session*>(self)->on_heartbeat_due(); }, this} {}

Session::~Session() {
    engine_.shard().cancel_tick_end(*this);
    if (peer_) peer_->detach();
}

runtime::Shard& Session::shard() const {
    return engine_.shard();
}

std::string Session::open_packet(std::string_view upgrades) const {
    const Options& options = engine_.options();
    return fmt::format(R"(0{{"sid":"{}","upgrades":[{}],"pingInterval":{},"pingTimeout":{},"maxPayload":{}}})", sid(),
                       upgrades, options.ping_interval.count(), options.ping_timeout.count(), options.max_payload);
}

void Session::start(std::unique_ptr<SessionHandler> handler) {
    handler_ = std::move(handler);
    shard().arm(heartbeat_, engine_.options().ping_interval);
}

void Session::open_polling(const std::shared_ptr<Exchange>& exchange) {
    poll_ = exchange;
    const bool upgradable = engine_.options().websocket && engine_.options().allow_upgrades;
    answer_poll(open_packet(upgradable ? R"("websocket")" : ""), this);
}

net::websocket::Options Session::websocket_options() const {
    const Options& options = engine_.options();
    return {.message_bytes_max = options.max_payload, .deflate = options.per_message_deflate};
}

bool Session::open_websocket(Exchange& exchange) {
    net::http::Fields headers;
    engine_.add_headers(exchange.request(), headers, this);
    peer_ = exchange.accept_websocket(*this, websocket_options(), headers);
    if (!peer_) return false;
    transport_ = Transport::websocket;
    peer_->send(Frame::make(Frame::Kind::text, {open_packet("")}));
    return true;
}

// Heartbeat
// ------------------------------------------------------------------------------------------------------------

void Session::on_heartbeat_due() {
    if (closed_) return engine_.forget(*this); // nobody came for the last packets
    if (awaiting_pong_) {
        // The pong may have been here for long, unread, if it was the server that was late: what has arrived is read
        // in the loop's next round, which the second of two posts is sure to come after.
        return shard().post([self = shared_from_this()]() mutable {
            runtime::Shard& shard = self->shard();
            shard.post([self = std::move(self)] { self->on_pong_missing(); });
        });
    }
    awaiting_pong_ = true;
    send(engine_.ping_);
    shard().arm(heartbeat_, engine_.options().ping_timeout);
}

void Session::on_pong_missing() {
    if (closed_ || !awaiting_pong_) return;
    ++engine_.counters().ping_timeouts;
    finish(CloseReason::ping_timeout);
}

// Sending
// --------------------------------------------------------------------------------------------------------------

void Session::send(net::FramePtr frame) {
    if (closed_ || overflowed_) return;
    if (transport_ == Transport::websocket) {
        peer_->send(std::move(frame));
    } else {
        queue_bytes_ = clamped(queue_bytes_ + frame->wire().size());
        queue_.push_back(std::move(frame));
        if (poll_) shard().at_tick_end(*this);
    }
    if (const std::size_t queued = queued_bytes(); queued > limits::kOutboxVolatileBytesMax) on_behind(queued);
}

std::size_t Session::queued_bytes() const {
    return transport_ == Transport::websocket ? peer_->queued_bytes() : queue_bytes_;
}

/// Closes a client that does not read. However much one tick queues is not the client's fault: it counts once the end
/// of that tick has tried to send it, and the largest of these bursts may wait on top of the limit.
void Session::on_behind(std::size_t queued) {
    shard().at_tick_end(*this);
    const auto own = handler_ == nullptr ? std::nullopt : handler_->outbox_bytes_max();
    const std::size_t limit = own.value_or(engine_.options().outbox_bytes_max);
    const std::size_t unread = std::min<std::size_t>(unread_, queued);
    if (unread > limit + burst_) return on_overflow(unread, limit);
    if (queued > limit) burst_ = std::max(burst_, clamped(queued - unread));
}

void Session::on_overflow(std::size_t unread, std::size_t limit) {
    overflowed_ = true;
    log::warn("slow_consumer",
              {{"address", handshake_->remote_address},
               {"limit_bytes", limit},
               {"hint", "the client does not read: its connection was closed"}},
              {{"unread_bytes", unread}});
    // Not now: the caller may be in the middle of a broadcast over the rooms that closing takes this session out of.
    shard().post([self = shared_from_this()] {
        if (self->closed_) return;
        ++self->engine_.counters().slow_consumers;
        self->queue_.clear();
        self->finish(CloseReason::slow_consumer);
    });
}

void Session::on_tick_end() {
    if (poll_ && !queue_.empty()) answer_poll();
    unread_ = clamped(queued_bytes());
    burst_ = std::min(burst_, unread_);
}

void Session::on_drained() {
    if (transport_ == Transport::websocket) unread_ = burst_ = 0;
}

void Session::answer_poll(std::string_view last_packet, const Session* began) {
    const net::http::Request& request = poll_->request();
    Response response;
    response.headers.add("Content-Type", "text/plain; charset=UTF-8");
    response.headers.add("Cache-Control", "no-store");
    engine_.add_headers(request, response.headers, began);
    if (!last_packet.empty())
        queue_.push_back(Frame::make(Frame::Kind::text, {last_packet}, Frame::Compression::never));
    engine_.fill_poll(request, queue_, response);
    queue_.clear();
    if (queue_.capacity() > kKeptCapacity) queue_.shrink_to_fit();
    queue_bytes_ = 0;
    unread_ = burst_ = 0;
    std::exchange(poll_, nullptr)->respond(std::move(response));
}

// Polling
// --------------------------------------------------------------------------------------------------------------

void Session::on_poll(const std::shared_ptr<Exchange>& exchange) {
    if (poll_) {
        engine_.refuse(*exchange, 3);
        return finish(CloseReason::transport_error);
    }
    poll_ = exchange;
    if (closed_) {
        if (!queue_.empty()) return answer_poll();
        answer_poll("1");
        return engine_.forget(*this);
    }
    // While a WebSocket takes over no poll may wait, but what there is still goes this way until the `5`.
    if (upgrade_ == Upgrade::confirmed) return answer_poll(queue_.empty() ? "6" : "");
    exchange->on_abort([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->poll_.reset();
        self->finish(CloseReason::transport_close);
    });
    if (!queue_.empty()) answer_poll();
}

void Session::on_post(Exchange& exchange) {
    const std::string body = std::move(exchange.request().body);
    if (body.size() > engine_.options().max_payload) {
        return exchange.respond(Response{.status = 413, .headers = {}, .body = {}});
    }
    engine_.counters().polling_bytes_read += body.size();
    const auto packets = decode_payload(body);
    if (!packets) {
        ++engine_.counters().parse_errors;
        engine_.refuse(exchange, 3);
        return finish(CloseReason::parse_error);
    }
    for (const Packet& packet : *packets) {
        if (!on_packet(packet)) break;
    }
    Response response = net::http::text_response(200, "ok");
    engine_.add_headers(exchange.request(), response.headers);
    exchange.respond(std::move(response));
}

bool Session::on_packet(const Packet& packet) {
    if (closed_) return false;
    switch (packet.type) {
    case PacketType::message:
        if (packet.is_binary) {
            handler_->on_binary(packet.binary);
        } else {
            handler_->on_text(packet.data);
        }
        break;
    case PacketType::pong:
        if (std::exchange(awaiting_pong_, false)) shard().arm(heartbeat_, engine_.options().ping_interval);
        break;
    case PacketType::close:
        if (poll_) answer_poll("6");
        finish(CloseReason::transport_close);
        break;
    case PacketType::ping: // clients of protocol 4 answer pings, they send none
        ++engine_.counters().parse_errors;
        finish(CloseReason::parse_error);
        break;
    case PacketType::open:
    case PacketType::upgrade:
    case PacketType::noop: break;
    }
    return !closed_;
}

// WebSocket
// ------------------------------------------------------------------------------------------------------------

void Session::on_text(std::string_view data) {
    if (transport_ == Transport::polling) return on_upgrade_packet(data);
    const auto packet = decode_packet(data);
    if (!packet) {
        ++engine_.counters().parse_errors;
        return finish(CloseReason::parse_error);
    }
    on_packet(*packet);
}

void Session::on_binary(std::string_view data) {
    if (transport_ == Transport::polling) return abandon_upgrade();
    if (!closed_) handler_->on_binary(data);
}

void Session::on_closed(CloseCode code) {
    if (transport_ == Transport::polling) return abandon_upgrade();
    const bool broken =
        code == CloseCode::protocol_error || code == CloseCode::invalid_payload || code == CloseCode::message_too_big;
    finish(broken ? CloseReason::transport_error : CloseReason::transport_close);
    engine_.forget(*this);
}

// Upgrade
// --------------------------------------------------------------------------------------------------------------

void Session::on_upgrade_request(Exchange& exchange) {
    net::http::Fields headers;
    engine_.add_headers(exchange.request(), headers);
    const auto peer = exchange.accept_websocket(*this, websocket_options(), headers);
    if (!peer) return;
    if (closed_ || transport_ == Transport::websocket || upgrade_ != Upgrade::none) {
        peer->close(CloseCode::normal);
        peer->detach();
        return;
    }
    peer_ = peer;
    upgrade_ = Upgrade::connected;
    upgrade_timeout_ =
        std::make_unique<runtime::Timer>([](void* self) { static_cast<Session*>(self)->abandon_upgrade(); }, this);
    shard().arm(*upgrade_timeout_, engine_.options().upgrade_timeout);
}

void Session::on_upgrade_packet(std::string_view text) {
    if (upgrade_ == Upgrade::connected && text == "2probe") {
        upgrade_ = Upgrade::confirmed;
        peer_->send(Frame::make(Frame::Kind::text, {"3probe"}));
        if (poll_) answer_poll(queue_.empty() ? "6" : "");
        return;
    }
    if (upgrade_ == Upgrade::confirmed && text == "5") return complete_upgrade();
    abandon_upgrade();
}

void Session::complete_upgrade() {
    upgrade_ = Upgrade::none;
    upgrade_timeout_.reset();
    transport_ = Transport::websocket;
    ++engine_.counters().upgraded;
    queue_bytes_ = 0;
    for (net::FramePtr& frame : std::exchange(queue_, {})) peer_->send(std::move(frame));
}

void Session::abandon_upgrade() {
    if (upgrade_ == Upgrade::none) return;
    upgrade_ = Upgrade::none;
    upgrade_timeout_.reset();
    const auto peer = std::exchange(peer_, nullptr);
    peer->close(CloseCode::normal);
    peer->detach();
    if (poll_ && !queue_.empty()) shard().at_tick_end(*this);
}

// The end
// --------------------------------------------------------------------------------------------------------------

void Session::close(CloseReason reason) {
    if (handler_ == nullptr) return shard().post([self = shared_from_this(), reason] { self->finish(reason); });
    finish(reason);
}

void Session::finish(CloseReason reason) {
    if (std::exchange(closed_, true)) return;
    const auto self = shared_from_this();
    heartbeat_.disarm();
    abandon_upgrade();
    if (transport_ == Transport::websocket) {
        // A peer that does not answer or does not read would not see a close frame either.
        if (reason == CloseReason::ping_timeout || reason == CloseReason::slow_consumer) {
            peer_->abort();
        } else {
            peer_->close(CloseCode::normal);
        }
        return handler_->on_close(reason); // forgotten when the connection has ended: on_closed
    }
    // What is queued, such as the word why, goes first, and the close with the client's next poll: clients act on a
    // close at once, on messages a moment later. And one that does not poll just now will.
    const bool shutting_down = reason == CloseReason::server_shutting_down;
    const bool linger = (reason == CloseReason::forced_close || shutting_down) && (!poll_ || !queue_.empty());
    if (poll_) answer_poll(linger ? "" : "1");
    handler_->on_close(reason);
    if (!linger) return engine_.forget(*this);
    if (shutting_down) {
        shard().arm(heartbeat_, limits::kCloseLinger);
    } else {
        shard().arm(heartbeat_, engine_.options().ping_timeout);
    }
}

} // namespace hubbub::engineio
