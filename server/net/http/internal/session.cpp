#include "net/http/internal/session.hpp"

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/out_of_memory.hpp"

#include <exception>
#include <utility>

namespace hubbub::net::http {

Session::Session(ServerCore& server, Connection& connection)
    : server_{server},
      connection_{connection},
      remote_address_{connection.remote_address()},
      parser_{server.body_bytes_max},
      timer_{[](void* self) { static_cast<Session*>(self)->on_timeout(); }, this} {
    await(Awaited::request);
}

Session::~Session() {
    if (exchange_ != nullptr) exchange_->abort(false);
}

std::size_t Session::on_data(std::span<char> data) {
    std::size_t used = 0;
    if (phase_ == Phase::reading) {
        used = parser_.parse({data.data(), data.size()});
        switch (parser_.state()) {
        case RequestParser::State::head:
            if (awaited_ == Awaited::request) await(Awaited::head);
            return used;
        case RequestParser::State::body:
            if (awaited_ == Awaited::body) return used;
            await(Awaited::body);
            if (parser_.wants_continue())
                connection_.send(Frame::make(Frame::Kind::raw, {"HTTP/1.1 100 Continue\r\n\r\n"}));
            return used;
        case RequestParser::State::failed: refuse(parser_.failure()); return data.size();
        case RequestParser::State::complete: break;
        }
        behind_ = data.subspan(used);
        dispatch(parser_.take());
        behind_ = {};
    }
    if (phase_ != Phase::over && data.size() - used > limits::kHttpPipelinedBytesMax) connection_.pause_reading();
    return used;
}

void Session::dispatch(Request request) {
    ++server_.connections.counters().requests;
    phase_ = Phase::handling;
    timer_.disarm();
    request.remote_address = remote_address_;
    auto exchange = std::make_shared<SessionExchange>(connection_.shared_from_this(), *this, std::move(request));
    exchange_ = exchange.get();
    try {
        server_.handler.handle(std::move(exchange));
    } catch (const std::bad_alloc&) {
        end_out_of_memory();
    } catch (const std::exception& escaped) {
        // The exchange was dropped on the way here, which has answered 500, or somebody kept it and may still answer.
        ++server_.connections.counters().failed;
        log::error("request_exception", {{"what", escaped.what()}, {"hint", "a bug: report it with this line"}});
    }
}

void Session::answer(const Response& response, const Request& request) {
    exchange_ = nullptr;
    const bool keep_alive = request.keep_alive && !response.close;
    connection_.send(server_.writer.write(response, request, keep_alive));
    if (response.content && carries_body(response, request)) connection_.send(response.content);
    if (keep_alive) {
        phase_ = Phase::answering;
        queued_ = connection_.queued_bytes();
        await(Awaited::drain);
    } else {
        phase_ = Phase::over;
        timer_.disarm();
        connection_.close_after_flush();
    }
}

void Session::refuse(int status) {
    ++server_.connections.counters().malformed;
    answer({.status = status, .headers = {}, .body = {}, .close = true}, Request{});
}

void Session::leave() {
    exchange_ = nullptr;
    phase_ = Phase::over;
    timer_.disarm();
}

std::string Session::rest() {
    if (!behind_.empty()) return {behind_.data(), behind_.size()};
    return connection_.take_unconsumed();
}

void Session::on_drained() {
    if (phase_ != Phase::answering) return;
    phase_ = Phase::reading;
    await(Awaited::request);
    connection_.resume_reading();
    connection_.redeliver();
}

void Session::on_closed() {
    timer_.disarm();
    phase_ = Phase::over;
    if (exchange_ != nullptr) std::exchange(exchange_, nullptr)->abort(true);
}

void Session::await(Awaited awaited) {
    awaited_ = awaited;
    switch (awaited) {
    case Awaited::request:
    case Awaited::drain: server_.shard.arm(timer_, server_.timeouts.idle); break;
    case Awaited::head: server_.shard.arm(timer_, server_.timeouts.head); break;
    case Awaited::body: server_.shard.arm(timer_, server_.timeouts.body); break;
    }
}

void Session::on_timeout() {
    if (!connection_.is_open()) return;
    if (awaited_ == Awaited::request) return connection_.close();
    if (awaited_ == Awaited::drain && connection_.queued_bytes() < queued_) {
        queued_ = connection_.queued_bytes(); // slow, but it reads
        return await(Awaited::drain);
    }
    ++server_.connections.counters().timeouts;
    if (awaited_ == Awaited::drain) return connection_.close();
    refuse(408);
}

} // namespace hubbub::net::http
