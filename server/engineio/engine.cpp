#include "engineio/engine.hpp"

#include "base/limits.hpp"
#include "net/http/accept.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace hubbub::engineio {
namespace {

using net::http::Exchange;
using net::http::Fields;
using net::http::Request;
using net::http::Response;

// The 64 characters of a sid. The first two are digits that name the shard; the others are random.
constexpr std::string_view kSidAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kShardsMax = kSidAlphabet.size() * kSidAlphabet.size();

/// The shard of a sid; `npos` if there is none of such a sid.
std::size_t shard_of(std::string_view sid) {
    if (sid.size() != Session::kSidLength) return std::string_view::npos;
    const std::size_t high = kSidAlphabet.find(sid[0]);
    const std::size_t low = kSidAlphabet.find(sid[1]);
    const bool valid = high != std::string_view::npos && low != std::string_view::npos;
    return valid ? high * kSidAlphabet.size() + low : std::string_view::npos;
}

enum ErrorCode {
    kUnknownTransport = 0,
    kUnknownSid = 1,
    kBadMethod = 2,
    kBadRequest = 3,
    kForbidden = 4,
    kBadVersion = 5
};

constexpr std::string_view kMessages[] = {"Transport unknown", "Session ID unknown", "Bad handshake method",
                                          "Bad request",       "Forbidden",          "Unsupported protocol version"};

/// Visible ASCII and nothing else: what no browser sends as an origin is refused.
bool valid_origin(std::string_view origin) {
    return std::ranges::all_of(origin, [](char c) { return c >= 0x20 && c < 0x7F; });
}

std::string to_header(const Cookie& cookie, std::string_view sid) {
    std::string text = cookie.name + '=' + std::string{sid};
    if (cookie.max_age) text += "; Max-Age=" + std::to_string(cookie.max_age->count());
    if (!cookie.domain.empty()) text += "; Domain=" + cookie.domain;
    if (!cookie.path.empty()) text += "; Path=" + cookie.path;
    if (cookie.http_only) text += "; HttpOnly";
    if (cookie.secure) text += "; Secure";
    if (!cookie.same_site.empty()) text += "; SameSite=" + cookie.same_site;
    return text;
}

/// What a session's own requests say in their query, and nothing of the application.
bool is_protocol_parameter(std::string_view parameter) {
    constexpr std::string_view kNames[] = {"EIO", "transport", "t", "b64", "sid"};
    return std::ranges::find(kNames, parameter.substr(0, parameter.find('='))) != std::end(kNames);
}

std::string application_query(std::string_view query) {
    std::string kept;
    while (!query.empty()) {
        const std::string_view parameter = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), parameter.size() + 1));
        if (parameter.empty() || is_protocol_parameter(parameter)) continue;
        if (!kept.empty()) kept += '&';
        kept += parameter;
    }
    kept.shrink_to_fit();
    return kept;
}

HandshakeInfo to_info(const Request& request) {
    const auto field = [&](std::string_view name) {
        return std::string{request.headers.get(name).substr(0, limits::kHandshakeFieldBytesMax)};
    };
    return {.query = application_query(request.query),
            .remote_address = request.remote_address,
            .user_agent = field("user-agent"),
            .origin = field("origin"),
            .time = now()};
}

} // namespace

Engine::Engine(runtime::Shard& shard, const Options& options, Application& application)
    : shard_{shard},
      options_{options},
      application_{application},
      ping_{net::Frame::make(net::Frame::Kind::text, {"2"})} {
    if (shard.index() >= kShardsMax) throw std::invalid_argument{"Engine.IO: at most 4096 shards"};
}

Engine::~Engine() = default;

void Engine::attach(std::size_t index, net::http::Server& server) {
    if (servers_.size() <= index) servers_.resize(index + 1);
    servers_[index] = &server;
}

void Engine::handle(const std::shared_ptr<Exchange>& exchange) {
    if (answer_cors(*exchange)) return;
    handle_verified(exchange);
}

void Engine::handle_verified(const std::shared_ptr<Exchange>& exchange) {
    Request& request = exchange->request();
    const bool websocket = request.upgrade_websocket;
    const std::string transport = request.query_value("transport");
    const bool known = (transport == "polling" && options_.polling) || (transport == "websocket" && options_.websocket);
    if (!known) return refuse(*exchange, kUnknownTransport);
    if (!valid_origin(request.headers.get("origin"))) return refuse(*exchange, kBadRequest);

    const bool mismatch = websocket != (transport == "websocket");
    if (const std::string sid = request.query_value("sid"); !sid.empty())
        return handle_existing(exchange, sid, mismatch);
    if (request.method != "GET") return refuse(*exchange, kBadMethod);
    if (mismatch) return refuse(*exchange, kBadRequest);
    if (request.query_value("EIO") != "4") return refuse(*exchange, kBadVersion);
    handle_new(exchange, websocket);
}

void Engine::handle_new(const std::shared_ptr<Exchange>& exchange, bool websocket) {
    if (!options_.allow_request) return open_session(exchange, websocket, {});
    auto answer = [this, exchange, websocket](std::optional<std::string> refusal, std::unique_ptr<Ticket> ticket) {
        if (!exchange->open()) return; // the client has gone meanwhile
        if (refusal) return refuse(*exchange, kForbidden, *refusal);
        open_session(exchange, websocket, std::move(ticket));
    };
    options_.allow_request(exchange->request(), Admission{shard_, std::move(answer)});
}

void Engine::open_session(const std::shared_ptr<Exchange>& exchange, bool websocket, std::unique_ptr<Ticket> ticket) {
    if (closing_) {
        ++counters_.refused;
        return exchange->respond(net::http::text_response(503, "Server is shutting down"));
    }
    const Request& request = exchange->request();
    auto session = std::make_shared<Session>(*this, make_sid(), std::make_shared<const HandshakeInfo>(to_info(request)),
                                             std::move(ticket));
    if (!websocket) {
        session->open_polling(exchange);
    } else if (!session->open_websocket(*exchange)) {
        ++counters_.refused;
        return report(request, kBadRequest, kMessages[kBadRequest]);
    }
    auto handler = application_.on_session(*session);
    ++counters_.opened;
    if (websocket) ++counters_.opened_websocket;
    sessions_.insert(session);
    session->start(std::move(handler));
}

void Engine::handle_existing(const std::shared_ptr<Exchange>& exchange, std::string_view sid, bool mismatch) {
    const std::size_t shard = shard_of(sid);
    if (shard != shard_.index() && shard < servers_.size() && servers_[shard] != nullptr)
        return exchange->move_to(*servers_[shard]);

    const auto found = sessions_.find(sid);
    if (found == sessions_.end() || (*found)->is_gone()) return refuse(*exchange, kUnknownSid);
    const auto session = (*found)->shared_from_this(); // it may be forgotten in the course of this
    if (mismatch) return refuse(*exchange, kBadRequest);
    if (exchange->request().upgrade_websocket) {
        if (!options_.allow_upgrades) return refuse(*exchange, kBadRequest);
        // One that only waits to tell a last poll of its end: a client that is refused goes back to polling, and hears.
        if (session->closed()) return refuse(*exchange, kUnknownSid);
        return session->on_upgrade_request(*exchange);
    }
    if (!session->is_polling()) return refuse(*exchange, kBadRequest);

    if (exchange->request().method == "GET") return session->on_poll(exchange);
    if (exchange->request().method == "POST") return session->on_post(*exchange);
    refuse(*exchange, kBadMethod);
}

bool Engine::answer_cors(Exchange& exchange) {
    const Request& request = exchange.request();
    if (request.method != "OPTIONS" || !has_cors()) return false;
    Response response{.status = 204, .headers = {}, .body = {}};
    add_cors(request, response.headers);
    response.headers.add("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE");
    if (const auto wanted = request.headers.get("access-control-request-headers"); !wanted.empty())
        response.headers.add("Access-Control-Allow-Headers", std::string{wanted});
    if (const auto age = options_.cors.max_age)
        response.headers.add("Access-Control-Max-Age", std::to_string(age->count()));
    exchange.respond(std::move(response));
    return true;
}

void Engine::add_cors(const Request& request, Fields& headers) const {
    if (!has_cors()) return;
    const Cors& cors = options_.cors;
    const bool all = !cors.origins.empty() && cors.origins.front() == "*";
    if (!all) headers.add("Vary", "Origin");
    const std::string_view origin = request.headers.get("origin");
    const bool named = std::ranges::find(cors.origins, origin) != cors.origins.end();
    if (!all && !named && !(cors.allows && !origin.empty() && cors.allows(origin))) return;
    headers.add("Access-Control-Allow-Origin", all ? "*" : std::string{origin});
    if (cors.credentials && !all) headers.add("Access-Control-Allow-Credentials", "true");
    if (!cors.exposed_headers.empty())
        headers.add("Access-Control-Expose-Headers", fmt::format("{}", fmt::join(cors.exposed_headers, ",")));
}

void Engine::add_headers(const Request& request, Fields& headers, const Session* began) {
    add_cors(request, headers);
    if (began != nullptr) {
        if (options_.cookie) headers.add("Set-Cookie", to_header(*options_.cookie, began->sid()));
        if (options_.initial_headers) options_.initial_headers(request, headers);
    }
    if (options_.headers) options_.headers(request, headers);
}

void Engine::fill_poll(const Request& request, const std::vector<net::FramePtr>& queue, Response& response) {
    const bool gzip = options_.http_compression && net::http::accepts(request, "accept-encoding", "gzip");
    PollPayloads::Payload payload = payloads_.of(queue, gzip);
    response.content = std::move(payload.bytes);
    counters_.polling_bytes_written += response.content->payload().size();
    if (!payload.gzipped) return;
    response.headers.add("Content-Encoding", "gzip");
    ++counters_.compressed_polls;
}

void Engine::refuse(Exchange& exchange, int code, std::string_view message) {
    ++counters_.refused;
    if (message.empty()) message = kMessages[code];
    report(exchange.request(), code, message);
    if (exchange.request().upgrade_websocket) {
        Response response = net::http::text_response(400, std::string{message});
        response.close = true;
        return exchange.respond(std::move(response));
    }
    Response response =
        net::http::json_response(code == kForbidden ? 403 : 400,
                                 boost::json::serialize(boost::json::object{{"code", code}, {"message", message}}));
    add_cors(exchange.request(), response.headers);
    exchange.respond(std::move(response));
}

void Engine::report(const Request& request, int code, std::string_view message) {
    if (options_.connection_error) options_.connection_error({.request = request, .code = code, .message = message});
}

std::array<char, Session::kSidLength> Engine::make_sid() const {
    std::array<unsigned char, Session::kSidLength> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) throw std::runtime_error{"no random bytes"};
    std::array<char, Session::kSidLength> sid{};
    std::ranges::transform(random, sid.begin(), [](unsigned char byte) { return kSidAlphabet[byte % 64]; });
    sid[0] = kSidAlphabet[shard_.index() / kSidAlphabet.size()];
    sid[1] = kSidAlphabet[shard_.index() % kSidAlphabet.size()];
    return sid;
}

void Engine::forget(Session& session) {
    const auto found = sessions_.find(session.sid());
    if (found == sessions_.end()) return;
    ++counters_.closed;
    if (!session.is_polling()) ++counters_.closed_websocket;
    shard_.post([dying = *found] {});
    sessions_.erase(found);
    if (sessions_.empty() && closed_) shard_.post(std::move(closed_));
}

void Engine::close(Callback<void()> done) {
    closing_ = true;
    const std::vector<std::shared_ptr<Session>> all{sessions_.begin(), sessions_.end()};
    for (const auto& session : all) session->close(CloseReason::server_shutting_down);
    if (!done) return;
    if (sessions_.empty()) return done();
    closed_ = std::move(done);
}

} // namespace hubbub::engineio
