// Events that ask the database: a coroutine each, at most a few a socket at once.
#include "gateway/json/encode.hpp"
#include "gateway/socket/socket_gateway.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace hubbub::gateway {
namespace {

void write_channel_events(JsonWriter& json, ChannelId channel, const chat::Events& events) {
    json.field("recovered", events.recovered).key("events").begin_array();
    for (const chat::ChannelEvent& event : events.events) write_event(json, channel, event);
    json.end_array().field("lastEventSeq", events.last_event_seq);
}

/// The fields of one channel, without brackets. Longer than `bytes_max` they would wait in the outbox as if the client
/// were slow: the events are taken out then, and the client reads the history by pages.
std::string encode_channel_events(ChannelId channel, chat::Events& events, std::size_t bytes_max) {
    std::string text;
    JsonWriter json{text};
    write_channel_events(json, channel, events);
    if (events.events.empty() || text.size() <= bytes_max) return text;
    events.events.clear();
    events.recovered = false;
    return encode_channel_events(channel, events, bytes_max);
}

} // namespace

void SocketGateway::join_channel(Socket& socket, EventCall call, const boost::json::value& payload) {
    const auto command = decode_join_channel(payload);
    if (!command) return call.refuse(command.error());
    answer_with(socket, std::move(call), do_join(socket.shared_from_this(), *command));
}

SocketGateway::Answer SocketGateway::do_join(SocketPtr socket, JoinChannel command) {
    Services& here = services(*socket);
    const UserId user = session_of(*socket)->claims.user;
    const auto change = co_await memberships_.join(command.channel, user, socket->id());
    if (!change) co_return to_failure(change.error());

    // Everything below is read after the socket is in the room: an event is in what is read, or comes live, or both.
    const auto view = co_await here.channels.view(command.channel, user);
    if (!view) co_return to_failure(view.error());
    if (!view->state) co_return to_failure(chat::Errc::not_a_member);
    chat::PageQuery first_page;
    first_page.limit = limits::kListPageDefault;
    const auto members = co_await here.channels.members(command.channel, user, std::move(first_page));
    if (!members) co_return to_failure(members.error());

    std::string answer;
    JsonWriter json{answer};
    json.begin_object().field("ok", true).key("channel");
    write(json, *view->state);
    write_array(json, "members", members->items);
    const auto positions = co_await here.receipts.positions(command.channel);
    if (!positions) co_return to_failure(positions.error());
    if (*positions) write_array(json, "positions", **positions);
    if (command.last_event_seq) {
        auto events = co_await here.messages.events_since(command.channel, user, *command.last_event_seq);
        if (!events) co_return to_failure(events.error());
        json.raw(encode_channel_events(command.channel, *events, limits::kResumeBytesMax));
    } else {
        chat::History history;
        if (command.history_limit > 0) {
            chat::HistoryQuery newest;
            newest.limit = command.history_limit;
            auto page = co_await here.messages.history(command.channel, user, newest);
            if (!page) co_return to_failure(page.error());
            history = std::move(*page);
        }
        write_array(json, "messages", history.messages);
    }
    json.end_object();
    co_await settle();
    if (!is_in(*socket, channel_room(command.channel))) co_return to_failure(chat::Errc::not_a_member);
    co_return answer;
}

/// Before an answer with events: those in it that come live as well have come before it.
Task<> SocketGateway::settle() {
    std::vector<LiveSockets::Head> none;
    co_await sockets_.settle(std::move(none));
}

void SocketGateway::leave_channel(Socket& socket, EventCall call, const boost::json::value& payload) {
    const auto channel = decode_channel(payload);
    if (!channel) return call.refuse(channel.error());
    answer_with(socket, std::move(call), do_leave(socket.shared_from_this(), *channel));
}

SocketGateway::Answer SocketGateway::do_leave(SocketPtr socket, ChannelId channel) {
    const UserId user = session_of(*socket)->claims.user;
    const auto change = co_await memberships_.remove(channel, user, user, socket->id());
    if (!change) co_return to_failure(change.error());
    co_return std::string{R"({"ok":true})"};
}

void SocketGateway::get_history(Socket& socket, EventCall call, const boost::json::value& payload) {
    const auto command = decode_get_history(payload);
    if (!command) return call.refuse(command.error());
    answer_with(socket, std::move(call), do_get_history(socket.shared_from_this(), *command));
}

SocketGateway::Answer SocketGateway::do_get_history(SocketPtr socket, GetHistory command) {
    const UserId user = session_of(*socket)->claims.user;
    const auto page = co_await services(*socket).messages.history(command.channel, user, command.query);
    if (!page) co_return to_failure(page.error());
    std::string answer;
    JsonWriter json{answer};
    json.begin_object().field("ok", true);
    write_array(json, "messages", page->messages);
    json.field("hasMoreBefore", page->has_more_before).field("hasMoreAfter", page->has_more_after).end_object();
    auto checked = co_await for_member(std::move(socket), command.channel, std::move(answer));
    co_return checked;
}

void SocketGateway::resume(Socket& socket, EventCall call, const boost::json::value& payload) {
    auto command = decode_resume(payload);
    if (!command) return call.refuse(command.error());
    answer_with(socket, std::move(call), do_resume(socket.shared_from_this(), std::move(*command)));
}

/// One read tells which channels have anything new; only those are asked for their events.
SocketGateway::Answer SocketGateway::do_resume(SocketPtr socket, Resume command) {
    Services& here = services(*socket);
    const UserId user = session_of(*socket)->claims.user;
    const auto mine = co_await here.changes.heads_of(user);
    if (!mine) co_return to_failure(mine.error());
    std::unordered_map<ChannelId, std::int64_t> heads;
    for (const auto& head : *mine) heads.emplace(head.channel, head.event_seq);

    std::string answer;
    JsonWriter json{answer};
    json.begin_object().field("ok", true).key("channels").begin_object();
    bool full = false; // nothing is read to be thrown away
    for (const Resume::Channel& known : command.channels) {
        json.key(channel_room(known.id)).begin_object();
        const auto head = heads.find(known.id);
        chat::Events events;
        if (head == heads.end()) {
            events.recovered = false;
        } else if (head->second > known.last_event_seq && !full) {
            auto read = co_await here.messages.events_since(known.id, user, known.last_event_seq);
            if (!read) co_return to_failure(read.error());
            events = std::move(*read);
        } else {
            events.last_event_seq = head->second;
            events.recovered = head->second == known.last_event_seq;
        }
        const bool read_whole = events.recovered;
        const std::size_t room = limits::kResumeBytesMax - std::min(limits::kResumeBytesMax, answer.size());
        json.raw(encode_channel_events(known.id, events, room)).end_object();
        full = full || (read_whole && !events.recovered) || answer.size() >= limits::kResumeBytesMax;
        Measures& measures = node_.measures_of(socket->shard());
        ++(events.recovered ? measures.resumed : measures.not_resumed);
    }
    json.end_object().end_object();
    co_await settle();
    // He was removed from one while this was read, and nothing of it may come after the answer to that.
    const auto rooms = socket->rooms();
    const std::unordered_set<std::string> in{rooms.begin(), rooms.end()};
    for (const Resume::Channel& known : command.channels)
        if (heads.contains(known.id) && !in.contains(channel_room(known.id)))
            co_return to_failure(chat::Errc::unavailable);
    co_return answer;
}

void SocketGateway::refresh_token(Socket& socket, EventCall call, const boost::json::value& payload) {
    auto token = decode_refresh_token(payload);
    if (!token) return call.refuse(token.error());
    answer_with(socket, std::move(call), do_refresh_token(socket.shared_from_this(), std::move(*token)));
}

SocketGateway::Answer SocketGateway::do_refresh_token(SocketPtr socket, std::string token) {
    SocketSession& session = *session_of(*socket);
    Services& here = services(*socket);
    auto client = client_of(*socket);
    const auto claims = co_await here.identify(std::move(token), std::move(client));
    if (!claims) co_return claims.error();
    if (claims->user != session.claims.user) co_return to_failure(chat::Errc::token_invalid);

    // In the new session's room before the check: a revocation after the check finds this socket there.
    const SessionId old = session.claims.session;
    socket->join(session_room(claims->session));
    const auto standing = co_await here.auth.check(*claims);
    if (!standing) {
        if (claims->session != old) socket->leave(session_room(claims->session));
        co_return to_failure(standing.error());
    }
    if (claims->session != old) socket->leave(session_room(old));
    session.claims = *claims;
    session.warned = false;
    if (socket->connected()) arm_token_timer(*socket);

    std::string answer;
    JsonWriter{answer}.begin_object().field("ok", true).field("expiresAt", claims->expires_at).end_object();
    co_return answer;
}

/// The answer, which holds something of the channel, unless they are no member: somebody who was removed while it was
/// made must get nothing of the channel after the answer to that.
SocketGateway::Answer SocketGateway::for_member(SocketPtr socket, ChannelId channel, std::string answer) {
    if (!is_in(*socket, channel_room(channel))) {
        const UserId user = session_of(*socket)->claims.user;
        const auto member = co_await services(*socket).channels.membership(channel, user);
        if (!member) co_return to_failure(member.error());
    }
    co_return answer;
}

} // namespace hubbub::gateway
