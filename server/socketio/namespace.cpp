#include "socketio/namespace.hpp"

#include "base/limits.hpp"
#include "socketio/internal/behaviour.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace hubbub::socketio {
namespace {

void refuse_payload(Socket&, Event event, const FieldError& error) {
    if (!event.ack) return;
    event.ack(boost::json::object{
        {"error", {{"code", "invalid_payload"}, {"field", error.path}, {"message", to_string(error)}}}});
}

void refuse_event(Socket&, Event event, const ConnectError& error) {
    if (!event.ack) return;
    boost::json::object answer{{"code", "refused"}, {"message", error.message}};
    if (!error.data.is_null()) answer["data"] = error.data;
    event.ack(boost::json::object{{"error", std::move(answer)}});
}

boost::json::value show_json(const std::any& data) {
    if (const auto* value = std::any_cast<boost::json::value>(&data)) return *value;
    if (const auto* object = std::any_cast<boost::json::object>(&data)) return *object;
    return nullptr;
}

/// Throws for names that no client can send, and for `connection`, which in Node means another thing.
void check_event_name(std::string_view name) {
    std::string_view hint = "no client can send it";
    if (name == "connect" || name == "connection") {
        hint = "use on_connection";
    } else if (name == "disconnect") {
        hint = "use on_disconnect";
    } else if (name == "disconnecting") {
        hint = "use on_disconnecting";
    } else if (!is_reserved_event(name) && name.size() <= limits::kEventNameBytesMax) {
        return;
    }
    throw std::invalid_argument{fmt::format("on(\"{}\"): {}", name, hint)};
}

} // namespace

Handlers::Handlers() : behaviour_{std::make_shared<internal::Behaviour>()} {
    behaviour_->invalid_payload = refuse_payload;
    behaviour_->refused_event = refuse_event;
    behaviour_->data_view = show_json;
}

void Handlers::use(Middleware middleware) {
    behaviour_->middlewares.push_back(std::move(middleware));
}

void Handlers::use_event(EventMiddleware middleware) {
    behaviour_->event_middlewares.push_back(std::move(middleware));
}

void Handlers::add_connection(std::function<void(Socket&)> handler) {
    behaviour_->connection.push_back(std::move(handler));
}

void Handlers::add_event(std::string event, EventHandler handler) {
    check_event_name(event);
    behaviour_->events[std::move(event)] = std::move(handler);
}

void Handlers::on_any(AnyHandler handler) {
    behaviour_->any.push_back(std::move(handler));
}

void Handlers::on_unhandled(EventHandler handler) {
    behaviour_->unhandled = std::move(handler);
}

void Handlers::on_invalid_payload(InvalidPayloadHandler handler) {
    behaviour_->invalid_payload = std::move(handler);
}

void Handlers::on_refused_event(RefusedEventHandler handler) {
    behaviour_->refused_event = std::move(handler);
}

void Handlers::on_disconnecting(DisconnectHandler handler) {
    behaviour_->disconnecting.push_back(std::move(handler));
}

void Handlers::on_disconnect(DisconnectHandler handler) {
    behaviour_->disconnect.push_back(std::move(handler));
}

void Handlers::outbox_bytes_max(std::size_t bytes) {
    behaviour_->outbox_bytes_max = bytes;
}

void Handlers::show_data(DataView view) {
    behaviour_->data_view = std::move(view);
}

} // namespace hubbub::socketio
