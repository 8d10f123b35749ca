#include "net/http/internal/session.hpp"
#include "net/websocket/internal/extensions.hpp"
#include "net/websocket/internal/handshake.hpp"
#include "net/websocket/internal/peer_protocol.hpp"

#include <utility>

namespace hubbub::net::http {

SessionExchange::~SessionExchange() {
    if (open()) {
        respond(text_response(500, "Internal Server Error\n"));
    } else if (session_ != nullptr) {
        session_->leave();
    }
}

Session& SessionExchange::finish() {
    on_abort_.reset();
    return *std::exchange(session_, nullptr);
}

void SessionExchange::respond(Response response) {
    if (open()) finish().answer(response, request_);
}

void SessionExchange::on_abort(Callback<void()> callback) {
    if (session_ != nullptr) on_abort_ = std::move(callback);
}

void SessionExchange::abort(bool tell) {
    const auto self = weak_from_this().lock();
    session_ = nullptr;
    auto callback = std::move(on_abort_);
    on_abort_.reset();
    if (tell && callback) callback();
}

std::shared_ptr<websocket::Peer>
SessionExchange::accept_websocket(websocket::Handler& handler, const websocket::Options& options, const Fields& extra) {
    if (!open()) return nullptr;
    if (const int status = websocket::check_handshake(request_); status != 101) {
        Response refusal = text_response(status, "Not a WebSocket handshake of version 13\n");
        if (status == 426) {
            refusal.headers.add("Upgrade", "websocket");
            refusal.headers.add("Sec-WebSocket-Version", "13");
        }
        respond(std::move(refusal));
        return nullptr;
    }
    Fields fields;
    fields.add("Upgrade", "websocket");
    fields.add("Connection", "Upgrade");
    fields.add("Sec-WebSocket-Accept", websocket::accept_key(request_.headers.get("Sec-WebSocket-Key")));
    const auto deflate = options.deflate ? websocket::accept_deflate(request_.headers) : std::nullopt;
    if (deflate) fields.add("Sec-WebSocket-Extensions", *deflate);
    for (const auto& [name, value] : extra) fields.add(name, value);

    Session& session = finish();
    session.leave();
    connection_->send(session.server().writer.write_switch(fields));
    return websocket::open_peer(connection_, handler, options, deflate ? &session.server().deflate : nullptr);
}

void SessionExchange::move_to(Server& target) {
    if (!open()) return;
    Session& session = finish();
    session.leave();
    std::string rest = session.rest();
    Descriptor descriptor{connection_->release_descriptor()};
    // Every Server comes from make_server.
    if (descriptor)
        static_cast<ServerImpl&>(target).core().adopt(std::move(descriptor), connection_->release_tls(),
                                                      std::move(request_), std::move(rest));
}

} // namespace hubbub::net::http
