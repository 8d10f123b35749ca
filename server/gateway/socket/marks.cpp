// How far a user has come in a channel.
#include "gateway/json/encode.hpp"
#include "gateway/socket/socket_gateway.hpp"

#include <utility>

namespace hubbub::gateway {

void SocketGateway::mark_as_read(Socket& socket, EventCall call, const boost::json::value& payload) {
    mark(socket, std::move(call), payload, Receipts::Kind::read);
}

void SocketGateway::mark_as_delivered(Socket& socket, EventCall call, const boost::json::value& payload) {
    mark(socket, std::move(call), payload, Receipts::Kind::delivered);
}

void SocketGateway::mark(Socket& socket, EventCall call, const boost::json::value& payload, Receipts::Kind kind) {
    auto command = decode_mark(payload);
    if (!command) return call.refuse(command.error());
    answer_with(socket, std::move(call), do_mark(socket.shared_from_this(), std::move(*command), kind));
}

SocketGateway::Answer SocketGateway::do_mark(SocketPtr socket, MarkMessages command, Receipts::Kind kind) {
    const UserId user = session_of(*socket)->claims.user;
    Receipts& receipts = services(*socket).receipts;
    const auto state = co_await receipts.mark(kind, command.channel, user, std::move(command.messages));
    if (!state) co_return to_failure(state.error());
    std::string answer;
    JsonWriter json{answer};
    json.begin_object().field("ok", true);
    if (kind == Receipts::Kind::read) {
        write_read_state(json, *state);
    } else {
        write_delivered_state(json, *state);
    }
    json.end_object();
    co_return answer;
}

} // namespace hubbub::gateway
