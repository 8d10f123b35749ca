#include "gateway/rest/rest_api.hpp"

#include "base/log.hpp"
#include "gateway/contract_documents.hpp"
#include "gateway/internal/completion.hpp"
#include "gateway/rest/answers.hpp"
#include "gateway/rest/query.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <random>
#include <utility>

namespace hubbub::gateway {
namespace {

namespace json = boost::json;

constexpr std::string_view kApi = "/api/";
constexpr std::string_view kVersion = "/api/v1";

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b,
                              [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool is_json(std::string_view content_type) {
    const std::string_view type = content_type.substr(0, content_type.find(';'));
    return equal_ignoring_case(type.substr(0, type.find_last_not_of(" \t") + 1), "application/json");
}

/// The last of two equal keys counts. Depth, UTF-8 and surrogates are the parser's to refuse.
Outcome<json::value> parse_body(const net::http::Request& request) {
    if (!is_json(request.headers.get("Content-Type"))) return Failure{ErrorName::http_unsupported_media_type};
    json::parse_options options;
    options.max_depth = limits::kJsonDepthMax;
    error_code error;
    json::value body = json::parse(request.body, error, {}, options);
    if (error) return Failure{ErrorName::validation_format, "payload"};
    return body;
}

/// Empty: none.
std::string_view bearer_token(const net::http::Request& request) {
    constexpr std::string_view kScheme = "bearer ";
    const std::string_view header = request.headers.get("Authorization");
    if (header.size() <= kScheme.size() || !equal_ignoring_case(header.substr(0, kScheme.size()), kScheme)) return {};
    return header.substr(kScheme.size());
}

net::http::Asset document(std::string_view text) {
    return net::http::make_asset(std::string{text}, "application/json", net::http::Compressible::yes);
}

std::string random_hex() {
    return fmt::format("{:08x}", std::random_device{}());
}

void add_headers(net::http::Response& response, const std::string& request_id) {
    response.headers.add("Cache-Control", "no-store");
    response.headers.add("X-Content-Type-Options", "nosniff");
    response.headers.add("X-Request-Id", request_id);
}

} // namespace

const std::vector<RestApi::Route>& RestApi::routes() {
    using enum Takes;
    static const std::vector<Route> table{
        {"POST", "/auth/register", &RestApi::sign_up, body},
        {"POST", "/auth/login", &RestApi::sign_in, body},
        {"POST", "/auth/refresh", &RestApi::refresh, body},
        {"POST", "/auth/logout", &RestApi::sign_out, token},
        {"GET", "/auth/sessions", &RestApi::list_sessions, token},
        {"DELETE", "/auth/sessions", &RestApi::end_other_sessions, token},
        {"DELETE", "/auth/sessions/{sessionId}", &RestApi::end_session, token},
        {"GET", "/me", &RestApi::get_me, token},
        {"PATCH", "/me", &RestApi::update_me, token_and_body},
        {"GET", "/me/invitations", &RestApi::list_invitations, token},
        {"DELETE", "/me/invitations/{inviteId}", &RestApi::decline_invitation, token, limits::kChangeShare},
        {"GET", "/users", &RestApi::list_users, token},
        {"GET", "/users/search", &RestApi::search_users, token, limits::kReadShare},
        {"GET", "/users/{userId}", &RestApi::get_user, token},
        {"GET", "/config", &RestApi::get_config, nothing},
        {"POST", "/channels", &RestApi::create_channel, token_and_body, limits::kChangeShare},
        {"GET", "/channels", &RestApi::list_channels, token},
        {"GET", "/channels/browse", &RestApi::browse_channels, token, limits::kReadShare},
        {"GET", "/channels/{chatChannelId}", &RestApi::get_channel, token},
        {"PATCH", "/channels/{chatChannelId}", &RestApi::update_channel, token_and_body, limits::kChangeShare},
        {"GET", "/channels/{chatChannelId}/members", &RestApi::list_members, token},
        {"POST", "/channels/{chatChannelId}/members", &RestApi::add_member, token_and_body, limits::kChangeShare},
        {"PATCH", "/channels/{chatChannelId}/members/{userId}", &RestApi::set_role, token_and_body,
         limits::kChangeShare},
        {"DELETE", "/channels/{chatChannelId}/members/{userId}", &RestApi::remove_member, token, limits::kChangeShare},
        {"PUT", "/channels/{chatChannelId}/mute", &RestApi::mute, token_and_body, limits::kChangeShare},
        {"DELETE", "/channels/{chatChannelId}/mute", &RestApi::unmute, token, limits::kChangeShare},
        {"POST", "/channels/{chatChannelId}/invites", &RestApi::create_invite, token_and_body, limits::kChangeShare},
        {"GET", "/channels/{chatChannelId}/invites", &RestApi::list_invites, token},
        {"DELETE", "/channels/{chatChannelId}/invites/{inviteId}", &RestApi::delete_invite, token,
         limits::kChangeShare},
        {"POST", "/invites/accept", &RestApi::accept_invite, token_and_body, limits::kChangeShare},
        {"GET", "/channels/{chatChannelId}/messages", &RestApi::list_messages, token, limits::kReadShare},
        {"GET", "/channels/{chatChannelId}/messages/{messageId}", &RestApi::get_message, token},
        {"GET", "/channels/{chatChannelId}/messages/{messageId}/replies", &RestApi::list_replies, token,
         limits::kReadShare},
        {"GET", "/channels/{chatChannelId}/messages/{messageId}/receipts", &RestApi::list_receipts, token},
        {"GET", "/search", &RestApi::search_messages, token, limits::kReadShare},
        {"GET", "/channels/{chatChannelId}/read-state", &RestApi::get_read_state, token},
        {"PUT", "/channels/{chatChannelId}/read-state", &RestApi::put_read_state, token_and_body, limits::kWriteShare},
    };
    return table;
}

RestApi::RestApi(Node& node, LiveSockets& sockets, Memberships& memberships)
    : node_{node},
      sockets_{sockets},
      memberships_{memberships},
      openapi_{document(kOpenApiDocument)},
      asyncapi_{document(kAsyncApiDocument)},
      run_{random_hex()},
      attempts_(node.shards.size(), Attempts{node.settings}),
      requests_(node.shards.size(), Requests{node.settings.requests}),
      hash_seats_{node} {
    for (const Route& route : routes()) router_.add(route.method, route.pattern);
}

RestApi::Requests::Requests(Rate rate) : users{rate}, addresses{rate} {
    const Rate unlimited{};
    for (const Route& route : routes()) costly.emplace_back(route.share < 1 ? share_of(rate, route.share) : unlimited);
}

std::vector<RestApi::Operation> RestApi::operations() {
    std::vector<Operation> all;
    for (const Route& route : routes()) {
        const bool both = route.takes == Takes::token_and_body;
        all.push_back(
            {route.method, route.pattern, both || route.takes == Takes::token, both || route.takes == Takes::body});
    }
    return all;
}

bool RestApi::handle(const std::shared_ptr<net::http::Exchange>& exchange, std::string request_id) {
    if (!exchange->request().path.starts_with(kApi)) return false;
    Counters::add(node_.counters.rest_requests);
    if (request_id.empty()) request_id = new_id();
    auto finish = [this, exchange, request_id](const std::exception_ptr& escaped) {
        if (!escaped) return;
        internal::log_escaped(escaped, {"request", request_id});
        respond(*exchange, refuse({ErrorName::server_internal}), request_id);
    };
    boost::asio::co_spawn(exchange->shard().io(), serve(exchange, std::move(request_id)), std::move(finish));
    return true;
}

std::string RestApi::new_id() {
    return fmt::format("{}-{:x}", run_, ++requests_begun_);
}

/// Measures a request from its route to its answer.
class RestApi::Timing {
  public:
    Timing(Measures& measures, const Route& route) : measures_{measures}, route_{route} {}
    ~Timing() { measures_.requests[route_.name()].record(std::chrono::steady_clock::now() - began_); }
    Timing(const Timing&) = delete;
    Timing& operator=(const Timing&) = delete;

  private:
    Measures& measures_;
    const Route& route_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

Task<> RestApi::serve(std::shared_ptr<net::http::Exchange> exchange, std::string id) {
    auto answer = co_await answer_to(exchange->request(), exchange->shard(), id);
    if (!answer) log_cause(answer.error(), {"request", id});
    respond(*exchange, answer ? std::move(*answer) : refuse(answer.error()), id);
}

void RestApi::respond(net::http::Exchange& exchange, Response response, const std::string& id) {
    if (log::enabled(log::Level::debug)) {
        const net::http::Request& request = exchange.request();
        log::debug("request_answered", {{"request", id},
                                        {"method", request.method},
                                        {"path", request.path},
                                        {"status", response.status},
                                        {"address", request.remote_address}});
    }
    add_headers(response, id);
    exchange.respond(std::move(response));
}

RestApi::Answer RestApi::answer_to(net::http::Request& request, runtime::Shard& shard, std::string_view id) {
    const std::string_view path{request.path};
    if (!path.starts_with(kVersion)) co_return find_document(request);
    const auto match = router_.find(request.method, path.substr(kVersion.size()));
    if (!match.route && match.allow.empty()) co_return Failure{ErrorName::http_not_found};
    if (!match.route) co_return refuse_method(match.allow);
    const Route& route = routes()[*match.route];
    const Timing timing{node_.measures_of(shard), route};
    Call call{request, shard, node_.services_of(shard), id, {}, {}, {}};
    Requests& requests = requests_[shard.index()];
    const bool has_token = route.takes == Takes::token || route.takes == Takes::token_and_body;
    std::optional<std::chrono::milliseconds> wait;
    if (has_token) {
        const auto caller = co_await identify(call);
        if (!caller) co_return caller.error();
        call.caller = *caller;
        wait = requests.users.take(caller->user, shard.loop_time());
        if (!wait) wait = requests.costly[*match.route].take(caller->user, shard.loop_time());
    } else {
        wait = requests.addresses.take(address_key(request.remote_address), shard.loop_time());
    }
    if (wait) {
        ++node_.measures_of(shard).limited_requests[route.name()];
        co_return Failure{ErrorName::limit_rate, {}, *wait};
    }
    if (has_token) {
        // An access token may outlive its session by minutes.
        const auto standing = co_await call.services.auth.check(call.caller);
        if (!standing) {
            // Perhaps by an earlier request of this very kind, whose answer was lost. What has ended the database says,
            // not the token: its session may be somebody else's.
            if (standing.error() == chat::Errc::revoked) co_await sockets_.end_revoked(shard, call.caller.user);
            co_return to_failure(standing.error());
        }
    }
    for (const auto& [name, value] : match.parameters) {
        const auto number = parse_integer(value, 1, kJsonIntegerMax);
        if (!number) co_return Failure{number.error().name, std::string{name}};
        call.ids.push_back(*number);
    }
    if (route.takes == Takes::body || route.takes == Takes::token_and_body) {
        auto parsed = parse_body(request);
        if (!parsed) co_return parsed.error();
        call.body = std::move(*parsed);
    }
    const bool is_read = std::string_view{route.method} == "GET";
    Answer work = is_read ? read_as_now(route, call) : (this->*route.handler)(call);
    auto answer = co_await std::move(work);
    if (!answer && answer.error().name == ErrorName::limit_rate)
        ++node_.measures_of(shard).limited_requests[route.name()];
    co_return answer;
}

/// Whose memberships changed while something was read for them gets what they may read now: somebody who was removed
/// must get nothing of the channel after the answer to that.
RestApi::Answer RestApi::read_as_now(const Route& route, Call& call) {
    LiveSockets::Watch watch{sockets_, call.shard, call.caller.user, call.caller.session};
    for (int reads = 0; reads < limits::kReadsMax; ++reads) {
        auto answer = co_await (this->*route.handler)(call);
        if (!watch.take_changed()) co_return answer;
    }
    co_return to_failure(chat::Errc::unavailable);
}

/// The contract in the form that programs read.
Outcome<net::http::Response> RestApi::find_document(const net::http::Request& request) {
    const bool is_openapi = request.path == "/api/openapi.json";
    if (!is_openapi && request.path != "/api/asyncapi.json") return Failure{ErrorName::http_not_found};
    if (request.method != "GET" && request.method != "HEAD") return refuse_method("GET, HEAD");
    return net::http::asset_response(request, is_openapi ? openapi_ : asyncapi_, "no-cache");
}

net::http::Response RestApi::refuse_method(std::string allow) {
    Response response = refuse({ErrorName::http_method_not_allowed});
    response.headers.add("Allow", std::move(allow));
    return response;
}

Task<Outcome<chat::AccessClaims>> RestApi::identify(Call& call) {
    std::string token{bearer_token(call.request)};
    auto client = client_of(call.request);
    auto claims = co_await call.services.identify(std::move(token), std::move(client));
    co_return claims;
}

net::http::Response RestApi::refuse(const Failure& failure) {
    node_.counters.refused(failure.name);
    const ErrorRow& row = row_of(failure.name);
    Response response =
        net::http::json_response(row.http_status, json::serialize(json::object{{"error", to_json(failure)}}));
    if (row.http_status == 401) response.headers.add("WWW-Authenticate", "Bearer");
    if (failure.retry_after) {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(*failure.retry_after);
        response.headers.add("Retry-After", std::to_string(seconds.count()));
    }
    return response;
}

} // namespace hubbub::gateway
