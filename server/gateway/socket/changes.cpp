// Edits, deletions and reactions: committed and broadcast on the channel's owner shard, then answered.
#include "gateway/internal/completion.hpp"
#include "gateway/internal/in_flight.hpp"
#include "gateway/json/encode.hpp"
#include "gateway/socket/socket_gateway.hpp"

#include <utility>
#include <variant>

namespace hubbub::gateway {
void SocketGateway::edit_message(Socket& socket, EventCall call, const boost::json::value& payload) {
    auto command = decode_edit_message(payload);
    if (!command) return call.refuse(command.error());
    command->actor = session_of(socket)->claims.user;
    answer_with(socket, std::move(call), do_edit(socket.shared_from_this(), std::move(*command)));
}

SocketGateway::Answer SocketGateway::do_edit(SocketPtr socket, chat::EditMessage command) {
    const internal::InFlight counted{node_.sends_in_flight};
    const ChannelId channel = command.channel;
    const UserId user = command.actor;
    const MessageId id = command.message;
    const auto event = co_await change(&chat::Messages::edit, std::move(command));
    if (!event) co_return to_failure(event.error());
    const auto message = co_await services(*socket).messages.find(channel, user, id);
    if (!message) co_return to_failure(message.error());
    auto answer = R"({"ok":true,"message":)" + encode(*message) + "}";
    auto checked = co_await for_member(std::move(socket), channel, std::move(answer));
    co_return checked;
}

void SocketGateway::delete_message(Socket& socket, EventCall call, const boost::json::value& payload) {
    auto command = decode_delete_message(payload);
    if (!command) return call.refuse(command.error());
    command->actor = session_of(socket)->claims.user;
    answer_with(socket, std::move(call), do_delete(*command));
}

SocketGateway::Answer SocketGateway::do_delete(chat::DeleteMessage command) {
    const internal::InFlight counted{node_.sends_in_flight};
    const auto event = co_await change(&chat::Messages::remove, command);
    if (!event) co_return to_failure(event.error());
    const auto& deleted = std::get<chat::MessageDeleted>(event->what);
    std::string answer;
    JsonWriter{answer}
        .begin_object()
        .field("ok", true)
        .field("messageId", deleted.message)
        .field("deletedAt", deleted.at)
        .end_object();
    co_return answer;
}

void SocketGateway::add_reaction(Socket& socket, EventCall call, const boost::json::value& payload) {
    change_reaction(socket, std::move(call), payload, true);
}

void SocketGateway::remove_reaction(Socket& socket, EventCall call, const boost::json::value& payload) {
    change_reaction(socket, std::move(call), payload, false);
}

void SocketGateway::change_reaction(Socket& socket, EventCall call, const boost::json::value& payload, bool add) {
    auto command = decode_reaction(payload);
    if (!command) return call.refuse(command.error());
    command->actor = session_of(socket)->claims.user;
    command->add = add;
    answer_with(socket, std::move(call), do_react(socket.shared_from_this(), std::move(*command)));
}

SocketGateway::Answer SocketGateway::do_react(SocketPtr socket, chat::ChangeReaction command) {
    const internal::InFlight counted{node_.sends_in_flight};
    const ChannelId channel = command.channel;
    const auto event = co_await change(&chat::Messages::react, std::move(command));
    if (!event) co_return to_failure(event.error());
    const auto& changed = std::get<chat::ReactionChanged>(event->what);
    chat::Messages& messages = services(*socket).messages;
    const auto reactions = co_await messages.reactions_of(changed.message, changed.message_created_at, changed.user);
    if (!reactions) co_return to_failure(reactions.error());
    std::string answer;
    JsonWriter json{answer};
    json.begin_object().field("ok", true);
    write_array(json, "reactions", *reactions);
    json.end_object();
    auto checked = co_await for_member(std::move(socket), channel, std::move(answer));
    co_return checked;
}

template <class Command> Task<Result<chat::ChannelEvent>> SocketGateway::change(Change<Command> make, Command command) {
    if (node_.draining) co_return chat::Errc::draining;
    runtime::Shard& owner = node_.owner(command.channel);
    auto event = co_await internal::on(owner.io(), change_here(make, std::move(command)));
    co_return event;
}

/// On the channel's owner shard, in commit order.
template <class Command>
Task<Result<chat::ChannelEvent>> SocketGateway::change_here(Change<Command> make, Command command) {
    const ChannelId channel = command.channel;
    Services& here = node_.services_of(node_.owner(channel));
    const auto write = here.writes.enter();
    auto event = co_await (here.messages.*make)(std::move(command));
    if (!event) {
        if (event.error() == chat::Errc::unavailable) here.feed.suspect(channel);
        co_return event;
    }
    if (event->event_seq != 0) here.feed.publish(channel, *event);
    co_return event;
}

} // namespace hubbub::gateway
