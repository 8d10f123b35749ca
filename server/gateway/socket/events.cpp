// Events as they come in, and those that need no request to the database of their own: sending and typing.
#include "base/limits.hpp"
#include "base/log.hpp"
#include "gateway/internal/completion.hpp"
#include "gateway/internal/in_flight.hpp"
#include "gateway/json/encode.hpp"
#include "gateway/socket/socket_gateway.hpp"

#include <algorithm>
#include <utility>

namespace hubbub::gateway {
namespace {

using socketio::RawJson;

constexpr std::size_t kEarlyEventsMax = 64;     // before `connected`
constexpr std::size_t kRunningRequestsMax = 32; // a socket, at once

std::string send_ack(std::string_view message_json, bool deduplicated) {
    std::string text;
    text.reserve(message_json.size() + 48);
    JsonWriter{text}
        .begin_object()
        .field("ok", true)
        .key("message")
        .raw(message_json)
        .field("deduplicated", deduplicated)
        .end_object();
    return text;
}

} // namespace

const std::unordered_map<std::string_view, SocketGateway::Rule>& SocketGateway::rules() {
    static const std::unordered_map<std::string_view, Rule> table{
        {"send_message", {&SocketGateway::send_message, limits::kWriteShare}},
        {"edit_message", {&SocketGateway::edit_message, limits::kWriteShare}},
        {"delete_message", {&SocketGateway::delete_message, limits::kWriteShare}},
        {"add_reaction", {&SocketGateway::add_reaction, limits::kWriteShare}},
        {"remove_reaction", {&SocketGateway::remove_reaction, limits::kWriteShare}},
        {"mark_as_read", {&SocketGateway::mark_as_read, limits::kWriteShare}},
        {"mark_as_delivered", {&SocketGateway::mark_as_delivered, limits::kWriteShare}},
        {"join_channel", {&SocketGateway::join_channel, limits::kChangeShare}},
        {"leave_channel", {&SocketGateway::leave_channel, limits::kChangeShare}},
        {"get_history", {&SocketGateway::get_history, limits::kReadShare}},
        {"typing_start", {&SocketGateway::typing_start, limits::kSignalShare}},
        {"typing_stop", {&SocketGateway::typing_stop, limits::kSignalShare}},
        {"user_online", {&SocketGateway::user_online, limits::kSignalShare}},
        {"user_offline", {&SocketGateway::user_offline, limits::kSignalShare}},
        {"get_presence", {&SocketGateway::get_presence, limits::kReadShare}},
        {"resume", {&SocketGateway::resume, limits::kReadShare}},
        {"refresh_token", {&SocketGateway::refresh_token, limits::kChangeShare}},
    };
    return table;
}

std::vector<std::string_view> SocketGateway::event_names() {
    std::vector<std::string_view> names;
    for (const auto& [name, rule] : rules()) names.push_back(name);
    return names;
}

SocketGateway::Local::Local(Rate rate) : connects{share_of(rate, limits::kChangeShare)}, events{rate} {
    for (const auto& [name, rule] : rules()) costly.emplace(name, share_of(rate, rule.share));
}

std::optional<std::chrono::milliseconds> SocketGateway::Local::take(UserId user, std::string_view name,
                                                                    std::chrono::steady_clock::time_point now) {
    const auto wait = events.take(user, now);
    const auto one = costly.find(name);
    return wait || one == costly.end() ? wait : one->second.take(user, now);
}

SocketGateway::SocketGateway(Node& node, LiveSockets& sockets, Memberships& memberships)
    : node_{node}, sockets_{sockets}, memberships_{memberships}, seats_{node} {
    for (std::size_t i = 0; i < node.shards.size(); ++i)
        locals_.push_back(std::make_unique<Local>(node.settings.events));
    node.nsp.use([this](const SocketPtr& socket, socketio::Next next) { let_in(socket, std::move(next)); });
    node.nsp.on_connection([this](Socket& socket) { on_connection(socket); });
    node.nsp.on_disconnecting(
        [this](Socket& socket, socketio::DisconnectReason reason) { on_disconnecting(socket, reason); });
    node.nsp.on_unhandled([this](Socket& socket, socketio::Event event) { receive(socket, std::move(event)); });
}

void SocketGateway::receive(Socket& socket, socketio::Event event) {
    Counters::add(node_.counters.events);
    SocketSession& session = *session_of(socket);
    if (session.ready) return dispatch(socket, std::move(event));
    if (session.arrival->early.size() < kEarlyEventsMax) return session.arrival->early.push_back(std::move(event));
    EventCall{node_, socket, event}.refuse(to_failure(chat::Errc::rate_limited));
}

void SocketGateway::dispatch(Socket& socket, socketio::Event event) {
    EventCall call{node_, socket, event};
    const UserId user = session_of(socket)->claims.user;
    const boost::json::array& arguments = event.arguments.values;
    if (!arguments.empty()) call.set_client_message_id(client_message_id_of(arguments[0]));

    const auto rule = rules().find(event.name);
    if (rule != rules().end()) call.set_known(rule->first);
    if (const auto wait = local(socket.shard()).take(user, event.name, socket.shard().loop_time()))
        return call.refuse({ErrorName::limit_rate, {}, *wait});
    if (rule == rules().end()) return call.refuse({ErrorName::validation_unknown_event});
    if (arguments.empty()) return call.refuse({ErrorName::validation_missing, "payload"});
    if (arguments.size() > 1) return call.refuse({ErrorName::validation_format, "payload"});
    (this->*rule->second.handler)(socket, std::move(call), arguments[0]);
}

/// Answers the call with the object that `work` makes, or with its failure.
void SocketGateway::answer_with(Socket& socket, EventCall call, Answer work) {
    SocketSession& session = *session_of(socket);
    if (session.running >= kRunningRequestsMax) return call.refuse(to_failure(chat::Errc::rate_limited));
    ++session.running;
    auto finish = [alive = socket.shared_from_this(), call = std::make_shared<EventCall>(std::move(call))](
                      const std::exception_ptr& escaped, const Outcome<std::string>& answer) {
        --session_of(*alive)->running;
        if (escaped) {
            internal::log_escaped(escaped, {"socket", alive->id()});
            return call->refuse({ErrorName::server_internal});
        }
        if (!answer) return call->refuse(answer.error());
        call->answer(*answer);
    };
    boost::asio::co_spawn(socket.shard().io(), std::move(work), std::move(finish));
}

struct SocketGateway::PendingSend {
    EventCall call;
    chat::NewMessage message;
    ChannelId channel;
    internal::InFlight counted;
};

void SocketGateway::send_message(Socket& socket, EventCall call, const boost::json::value& payload) {
    if (node_.draining) return call.refuse(to_failure(chat::Errc::draining));
    auto message = decode_send_message(payload);
    if (!message) return call.refuse(message.error());
    message->sender = session_of(socket)->claims.user;
    const ChannelId channel = message->channel;
    runtime::Shard& owner = node_.owner(channel);
    std::unique_ptr<PendingSend> send{
        new PendingSend{std::move(call), std::move(*message), channel, internal::InFlight{node_.sends_in_flight}}};
    if (owner.on_this_thread()) return append(std::move(send));
    owner.post([this, send = std::move(send)]() mutable { append(std::move(send)); });
}

/// On the channel's owner shard.
void SocketGateway::append(std::unique_ptr<PendingSend> send) {
    Services& here = node_.services_of(node_.owner(send->channel));
    chat::NewMessage message = std::move(send->message);
    auto done = [this, write = here.writes.enter(), send = std::move(send)](Result<chat::Appended> appended) mutable {
        on_appended(std::move(send), appended);
    };
    here.messages.send(std::move(message), std::move(done));
}

/// On the channel's owner shard, in commit order: the order in which the broadcasts leave.
void SocketGateway::on_appended(std::unique_ptr<PendingSend> send, const Result<chat::Appended>& appended) {
    Services& here = node_.services_of(node_.owner(send->channel));
    ChannelFeed& feed = here.feed;
    std::string ack;
    std::optional<Failure> failure;
    if (appended) {
        const std::string message_json = encode(appended->message);
        const ChannelId channel = send->channel;
        const chat::Message& message = appended->message;
        here.receipts.sent(channel, message.sender, {message.id, message.seq});
        if (appended->deduplicated) {
            feed.notice(channel, appended->event_seq);
        } else {
            feed.publish(channel, appended->event_seq, "new_message",
                         new_message_event(channel, appended->event_seq, message_json));
        }
        Counters::add(appended->deduplicated ? node_.counters.messages_deduplicated : node_.counters.messages_stored);
        ack = send_ack(message_json, appended->deduplicated);
    } else {
        failure = to_failure(appended.error());
        if (appended.error() == chat::Errc::unavailable) feed.suspect(send->channel);
    }
    runtime::Shard& shard = send->call.shard();
    auto answer = [send = std::move(send), ack = std::move(ack), failure = std::move(failure)] {
        if (failure) {
            send->call.refuse(*failure);
        } else {
            send->call.answer(ack);
        }
    };
    if (shard.on_this_thread()) return answer();
    shard.post(std::move(answer));
}

void SocketGateway::typing_start(Socket& socket, EventCall call, const boost::json::value& payload) {
    const auto channel = decode_channel(payload);
    if (!channel) return call.refuse(channel.error());
    SocketSession& session = *session_of(socket);
    if (!session.typing.start(*channel, socket.shard().loop_time())) return call.answer(R"({"ok":true})");
    if (!is_in(socket, channel_room(*channel))) {
        session.typing.stop(*channel, socket.shard().loop_time());
        return answer_with(socket, std::move(call), for_member(socket.shared_from_this(), *channel, R"({"ok":true})"));
    }
    tell_typing(session.claims.user, *channel, true);
    call.answer(R"({"ok":true})");
}

void SocketGateway::typing_stop(Socket& socket, EventCall call, const boost::json::value& payload) {
    const auto channel = decode_channel(payload);
    if (!channel) return call.refuse(channel.error());
    SocketSession& session = *session_of(socket);
    if (!is_in(socket, channel_room(*channel)))
        return answer_with(socket, std::move(call), for_member(socket.shared_from_this(), *channel, R"({"ok":true})"));
    if (session.typing.stop(*channel, socket.shard().loop_time())) tell_typing(session.claims.user, *channel, false);
    call.answer(R"({"ok":true})");
}

void SocketGateway::stop_typing(Socket& socket) {
    SocketSession& session = *session_of(socket);
    for (const ChannelId channel : session.typing.stop_all(socket.shard().loop_time()))
        tell_typing(session.claims.user, channel, false);
}

/// Who appears offline does not type either, as far as others see.
void SocketGateway::tell_typing(UserId user, ChannelId channel, bool starts) {
    std::string event;
    JsonWriter json{event};
    json.begin_object().field("chatChannelId", channel).field("userId", user);
    if (starts) json.field("expiresInMs", std::chrono::milliseconds{limits::kTypingExpiry}.count());
    json.end_object();
    auto emit = [this, user, channel, starts, event = std::move(event)] {
        node_.nsp.to(channel_room(channel))
            .except(user_room(user))
            .as_volatile()
            .emit(starts ? "user_typing" : "user_stopped_typing", RawJson{event});
    };
    node_.services[0]->presence.if_visible(user, std::move(emit));
}

} // namespace hubbub::gateway
