#include "engineio/engine.hpp"

#include <boost/json/serialize.hpp>
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

// The 64 characters of a sid; the first of them names the shard.
constexpr std::string_view kSidAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

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

} // namespace

Engine::Engine(runtime::Shard& shard, const Options& options, Application& application)
    : shard_{shard},
      options_{options},
      application_{application},
      ping_{net::Frame::make(net::Frame::Kind::text, {"2"})} {
    if (shard.index() >= kSidAlphabet.size()) throw std::invalid_argument{"Engine.IO: at most 64 shards"};
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
    if (transport != "polling" && transport != "websocket") return refuse(*exchange, kUnknownTransport);
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
    const Request& request = exchange->request();
    auto info = std::make_shared<const HandshakeInfo>(
        HandshakeInfo{.query = request.query,
                      .remote_address = request.remote_address,
                      .user_agent = std::string{request.headers.get("user-agent")},
                      .origin = std::string{request.headers.get("origin")},
                      .time = now()});
    auto session = std::make_shared<Session>(*this, make_sid(), std::move(info));
    auto handler = application_.on_session(*session);
    if (websocket) {
        if (!session->start_websocket(*exchange, std::move(handler))) {
            ++counters_.refused;
            return;
        }
    } else {
        session->start_polling(exchange, std::move(handler));
    }
    ++counters_.opened;
    sessions_.emplace(session->sid(), session);
}

void Engine::handle_existing(const std::shared_ptr<Exchange>& exchange, std::string_view sid, bool mismatch) {
    const std::size_t shard = sid.size() == Session::kSidLength ? kSidAlphabet.find(sid[0]) : std::string_view::npos;
    if (shard != shard_.index() && shard < servers_.size() && servers_[shard] != nullptr)
        return exchange->move_to(*servers_[shard]);

    const auto found = sessions_.find(sid);
    if (found == sessions_.end()) return refuse(*exchange, kUnknownSid);
    const std::shared_ptr<Session> session = found->second;
    if (mismatch) return refuse(*exchange, kBadRequest);
    if (exchange->request().upgrade_websocket) return session->on_upgrade_request(*exchange);
    if (!session->is_polling()) return refuse(*exchange, kBadRequest);

    if (exchange->request().method == "GET") return session->on_poll(exchange);
    if (exchange->request().method == "POST") return session->on_post(*exchange);
    refuse(*exchange, kBadMethod);
}

bool Engine::answer_cors(Exchange& exchange) {
    const Request& request = exchange.request();
    if (request.method != "OPTIONS" || options_.cors.origins.empty()) return false;
    Response response{.status = 204, .headers = {}, .body = {}};
    add_cors(request, response.headers);
    response.headers.add("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE");
    if (const auto wanted = request.headers.get("access-control-request-headers"); !wanted.empty())
        response.headers.add("Access-Control-Allow-Headers", std::string{wanted});
    exchange.respond(std::move(response));
    return true;
}

void Engine::add_cors(const Request& request, Fields& headers) const {
    const Cors& cors = options_.cors;
    if (cors.origins.empty()) return;
    if (cors.origins.front() == "*") {
        headers.add("Access-Control-Allow-Origin", "*");
        return;
    }
    headers.add("Vary", "Origin");
    const std::string_view origin = request.headers.get("origin");
    if (std::ranges::find(cors.origins, origin) == cors.origins.end()) return;
    headers.add("Access-Control-Allow-Origin", std::string{origin});
    if (cors.credentials) headers.add("Access-Control-Allow-Credentials", "true");
}

void Engine::refuse(Exchange& exchange, int code) {
    ++counters_.refused;
    const std::string_view message = kMessages[code];
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

std::array<char, Session::kSidLength> Engine::make_sid() const {
    std::array<unsigned char, Session::kSidLength> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) throw std::runtime_error{"no random bytes"};
    std::array<char, Session::kSidLength> sid{};
    std::ranges::transform(random, sid.begin(), [](unsigned char byte) { return kSidAlphabet[byte % 64]; });
    sid[0] = kSidAlphabet[shard_.index()];
    return sid;
}

void Engine::forget(Session& session) {
    const auto found = sessions_.find(session.sid());
    if (found == sessions_.end()) return;
    ++counters_.closed;
    shard_.post([dying = found->second] {});
    sessions_.erase(found);
}

void Engine::close_all(CloseReason reason) {
    std::vector<std::shared_ptr<Session>> all;
    for (const auto& [sid, session] : sessions_) all.push_back(session);
    for (const auto& session : all) session->close(reason);
}

} // namespace hubbub::engineio
