// Who is online, and how.
#include "gateway/json/encode.hpp"
#include "gateway/json/fields.hpp"
#include "gateway/socket/socket_gateway.hpp"

#include <utility>

namespace hubbub::gateway {
namespace {

Task<Result<std::vector<chat::LastSeen>>> find(chat::PresenceStore& store, UserId viewer, GetPresence command) {
    if (command.channel) return store.find_presence_of_members(*command.channel);
    return store.find_presence(viewer, std::move(command.users));
}

} // namespace

void SocketGateway::user_online(Socket& socket, EventCall call, const boost::json::value& payload) {
    auto command = decode_user_online(payload);
    if (!command) return call.refuse(command.error());
    answer_with(socket, std::move(call), do_user_online(socket.shared_from_this(), std::move(*command)));
}

SocketGateway::Answer SocketGateway::do_user_online(SocketPtr socket, UserOnline command) {
    const SocketSession& session = *session_of(*socket);
    Presence& presence = services(*socket).presence;
    const auto said =
        co_await presence.say(session.claims.user, session.device, command.status, std::move(command.text));
    if (!said) co_return to_failure(said.error());
    co_return std::string{R"({"ok":true})"};
}

void SocketGateway::user_offline(Socket& socket, EventCall call, const boost::json::value& payload) {
    if (const auto fault = Fields{payload}.failure()) return call.refuse(*fault);
    answer_with(socket, std::move(call), do_user_offline(socket.shared_from_this()));
}

SocketGateway::Answer SocketGateway::do_user_offline(SocketPtr socket) {
    stop_typing(*socket);
    const auto hidden = co_await services(*socket).presence.hide(session_of(*socket)->claims.user);
    if (!hidden) co_return to_failure(hidden.error());
    co_return std::string{R"({"ok":true})"};
}

void SocketGateway::get_presence(Socket& socket, EventCall call, const boost::json::value& payload) {
    auto command = decode_get_presence(payload);
    if (!command) return call.refuse(command.error());
    answer_with(socket, std::move(call), do_get_presence(socket.shared_from_this(), std::move(*command)));
}

SocketGateway::Answer SocketGateway::do_get_presence(SocketPtr socket, GetPresence command) {
    Services& here = services(*socket);
    const UserId viewer = session_of(*socket)->claims.user;
    if (command.channel) {
        const auto member = co_await here.channels.membership(*command.channel, viewer);
        if (!member) co_return to_failure(member.error());
    }
    auto users = co_await find(here.presence_store, viewer, std::move(command));
    if (!users) co_return to_failure(users.error());
    const auto seen = co_await here.presence.look(std::move(*users));
    std::string answer;
    JsonWriter json{answer};
    json.begin_object().field("ok", true);
    write_array(json, "presence", seen);
    json.end_object();
    co_return answer;
}

} // namespace hubbub::gateway
