// From a CONNECT packet to `connected`, and what ends a connection.
#include "base/clock.hpp"
#include "base/log.hpp"
#include "gateway/internal/completion.hpp"
#include "gateway/json/encode.hpp"
#include "gateway/socket/socket_gateway.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <exception>
#include <functional>
#include <utility>

namespace hubbub::gateway {

using namespace std::chrono_literals;

using socketio::RawJson;

namespace {

// What `connected` and each channel in it take as a rule.
constexpr std::size_t kConnectedSize = 512;
constexpr std::size_t kStateSize = 256;

constexpr std::uint64_t kReconnectsPerSecond = 500; // each reads its user's channels from the database

socketio::ConnectError to_connect_error(const Failure& failure) {
    return {std::string{row_of(failure.name).name}, to_json(failure)};
}

} // namespace

SocketSession::SocketSession(SocketGateway& of, socketio::Socket& owner, const chat::AccessClaims& bearer)
    : gateway{of},
      socket{owner},
      claims{bearer},
      token_timer{[](void* self) {
                      const auto& session = *static_cast<SocketSession*>(self);
                      const auto alive = session.socket.shared_from_this();
                      session.gateway.on_token_time(*alive);
                  },
                  this} {}

void SocketGateway::let_in(const SocketPtr& socket, socketio::Next next) {
    auto answer = [this, socket, go_on = std::move(next)](const std::exception_ptr& escaped,
                                                          Outcome<std::shared_ptr<SocketSession>> session) mutable {
        if (escaped) return internal::log_escaped(escaped, {"socket", socket->id()}); // and `go_on`, dropped, refuses
        if (!session) {
            node_.counters.refused(session.error().name);
            log_cause(session.error(), {"socket", socket->id()});
            log::info("socket_refused",
                      {{"code", row_of(session.error().name).name}, {"address", socket->handshake().remote_address}},
                      {{"socket", socket->id()}});
            return go_on(to_connect_error(session.error()));
        }
        socket->data() = std::move(*session);
        go_on({});
    };
    boost::asio::co_spawn(socket->shard().io(), authenticate(socket), std::move(answer));
}

Task<Outcome<std::shared_ptr<SocketSession>>> SocketGateway::authenticate(SocketPtr socket) {
    if (node_.draining) co_return to_failure(chat::Errc::draining);
    const Settings& settings = node_.settings;
    Measures& measures = node_.measures_of(socket->shard());
    Services& here = services(*socket);
    const boost::json::value* token = socket->auth().if_contains("token");
    const bool is_text = token != nullptr && token->is_string();
    if (token != nullptr && !token->is_null() && !is_text) co_return to_failure(chat::Errc::token_invalid);
    std::string text{is_text ? std::string_view{token->get_string()} : std::string_view{}};
    auto client = client_of(*socket);
    const auto claims = co_await here.identify(std::move(text), std::move(client));
    if (!claims) co_return claims.error();
    if (const auto wait = local(socket->shard()).connects.take(claims->user, socket->shard().loop_time())) {
        ++measures.limited_events["connect"];
        co_return Failure{ErrorName::limit_rate, {}, *wait};
    }

    auto session = std::make_shared<SocketSession>(*this, *socket, *claims);
    // Watched from before the check: a revocation that comes after it is not missed.
    session->arrival.reset(new SocketSession::Arrival{{sockets_, socket->shard(), claims->user, claims->session}, {}});
    auto user_seat = co_await seats_.take(user_room(claims->user), settings.connections_per_user);
    if (!user_seat) {
        ++measures.user_full;
        co_return to_failure(chat::Errc::too_many_connections);
    }
    session->user_seat = std::move(user_seat);
    const auto standing = co_await here.auth.check(*claims);
    if (!standing) co_return to_failure(standing.error());
    co_return session;
}

void SocketGateway::on_connection(Socket& socket) {
    const SocketSession& session = *session_of(socket);
    Counters::add(node_.counters.sockets);
    Counters::add(node_.counters.connections);
    // Before the channels are read: a change of membership after the read then finds this socket in the user's room.
    socket.join(user_room(session.claims.user));
    socket.join(session_room(session.claims.session));
    const auto alive = socket.shared_from_this();
    boost::asio::co_spawn(socket.shard().io(), bring_in(alive), [this, alive](const std::exception_ptr& escaped) {
        if (!escaped) return;
        internal::log_escaped(escaped, {"socket", alive->id()});
        close(*alive, {ErrorName::server_internal});
    });
}

/// The channels of a user: those that `connected` lists, and the heads of all.
struct SocketGateway::Own {
    chat::Page<chat::ChannelState> newest;
    std::vector<LiveSockets::Head> heads; ///< what is listed first, as it is listed
};

Task<Result<SocketGateway::Own>> SocketGateway::read_channels(Services& here, UserId user) {
    auto newest = co_await here.channels.newest(user);
    if (!newest) co_return newest.error();
    Own own;
    own.newest = std::move(*newest);
    for (const chat::ChannelState& channel : own.newest.items)
        own.heads.push_back({channel.id, channel.last_event_seq});
    if (!own.newest.next_cursor) co_return own;
    const auto all = co_await here.changes.heads_of(user);
    if (!all) co_return all.error();
    for (const auto& head : *all) own.heads.push_back({head.channel, head.event_seq});
    co_return own;
}

Task<> SocketGateway::bring_in(SocketPtr socket) {
    SocketSession& session = *session_of(*socket);
    LiveSockets::Watch& watch = session.arrival->watch;
    chat::Page<chat::ChannelState> channels;
    bool in_rooms = false;
    for (bool current = false; !current;) {
        watch.take_changed();
        auto read = co_await read_channels(services(*socket), session.claims.user);
        if (!socket->connected()) co_return;
        if (!read) co_return close(*socket, to_failure(read.error()));
        // A list from before a removal must never be joined; after this, removals find the socket in the rooms.
        if (watch.take_changed()) continue;
        channels = std::move(read->newest);
        for (const LiveSockets::Head& head : read->heads) socket->join(channel_room(head.channel));
        // An event between the read and the rooms would be in neither: then it is read again, now from within them.
        const bool read_in_rooms = std::exchange(in_rooms, true);
        const bool overtaken = co_await sockets_.settle(std::move(read->heads));
        if (!socket->connected()) co_return;
        current = !watch.take_changed() && (read_in_rooms || !overtaken);
    }
    if (watch.revoked()) co_return close(*socket, {ErrorName::auth_revoked});
    welcome(*socket, channels);
}

void SocketGateway::welcome(Socket& socket, const chat::Page<chat::ChannelState>& channels) {
    SocketSession& session = *session_of(socket);
    std::string event;
    event.reserve(kConnectedSize + channels.items.size() * kStateSize);
    JsonWriter json{event};
    json.begin_object()
        .field("userId", session.claims.user)
        .field("sessionId", session.claims.session)
        .field("serverTime", now())
        .key("limits");
    write_limits(json);
    write_array(json, "channels", channels.items);
    json.field("nextCursor", channels.next_cursor).end_object();
    socket.emit("connected", RawJson{event});
    session.ready = true;
    services(socket).presence.arrive(session.claims.user, session.device);
    arm_token_timer(socket);

    auto arrival = std::move(session.arrival);
    for (socketio::Event& early : arrival->early) {
        if (socket.connected()) dispatch(socket, std::move(early));
    }
}

void SocketGateway::on_disconnecting(Socket& socket, socketio::DisconnectReason reason) {
    ++node_.measures_of(socket.shard()).disconnects[static_cast<std::size_t>(reason)];
    SocketSession& session = *session_of(socket);
    Counters::subtract(node_.counters.sockets);
    session.token_timer.disarm();
    stop_typing(socket);
    if (session.ready) services(socket).presence.leave(session.claims.user, session.device);
}

void SocketGateway::close(Socket& socket, const Failure& failure) {
    if (!socket.connected()) return;
    const ErrorName why = failure.name;
    node_.counters.refused(why);
    log_cause(failure, {"socket", socket.id()});
    const bool come_back = row_of(why).retryable;
    socket.emit("disconnected",
                RawJson{disconnected_event(why, come_back ? std::optional{kRetryAfter} : std::nullopt)});
    socket.disconnect(true);
}

/// Fires a minute before the token's end, and at its end. Long lives come in several turns of the timer.
void SocketGateway::arm_token_timer(Socket& socket) {
    SocketSession& session = *session_of(socket);
    const auto left = session.claims.expires_at - now();
    const auto until_warning = left - limits::kTokenExpiryWarning;
    const auto delay = session.warned ? left : std::max<std::chrono::milliseconds>(until_warning, 0ms);
    socket.shard().arm(session.token_timer, std::max<std::chrono::milliseconds>(delay, 0ms));
}

void SocketGateway::on_token_time(Socket& socket) {
    SocketSession& session = *session_of(socket);
    const auto left = session.claims.expires_at - now();
    if (left <= 0ms) return close(socket, {ErrorName::auth_token_expired});
    if (!session.warned && left <= limits::kTokenExpiryWarning) {
        session.warned = true;
        const boost::json::object warning{{"event", nullptr}, {"error", to_json({ErrorName::auth_token_expired})}};
        socket.emit("error", RawJson{boost::json::serialize(warning)});
    }
    arm_token_timer(socket);
}

void SocketGateway::announce_drain(std::chrono::milliseconds soonest) {
    const auto window = node_.counters.sockets.load() * 1000 / kReconnectsPerSecond;
    auto tell = [soonest, window](Socket& socket) {
        const std::chrono::milliseconds turn{std::hash<std::string_view>{}(socket.id()) % (window + 1)};
        socket.emit("disconnected", RawJson{disconnected_event(ErrorName::server_draining, soonest + turn)});
    };
    node_.nsp.adapter().for_each_local({}, tell, [] {});
}

} // namespace hubbub::gateway
