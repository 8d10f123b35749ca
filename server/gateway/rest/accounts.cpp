// Accounts and sessions.
#include "base/log.hpp"
#include "chat/accounts/rules.hpp"
#include "gateway/internal/completion.hpp"
#include "gateway/json/encode.hpp"
#include "gateway/json/fields.hpp"
#include "gateway/rest/answers.hpp"
#include "gateway/rest/query.hpp"
#include "gateway/rest/rest_api.hpp"
#include "gateway/rest/session_cookie.hpp"

#include <cctype>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace hubbub::gateway {
namespace {

constexpr std::size_t kUserIdsMax = 100;

/// As usernames are compared.
std::string lowercase(std::string name) {
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return name;
}

std::string account_at(const std::string& address, const std::string& username) {
    return lowercase(username) + " at " + address;
}

/// Null: the client takes its refresh token from the answer.
Outcome<std::optional<SessionCookie>> wanted_cookie(const net::http::Request& request, Fields& in) {
    std::optional<SessionCookie> wanted;
    if (!in.optional_boolean("cookie").value_or(false)) return wanted;
    auto cookie = SessionCookie::of(request);
    if (!cookie) return cookie.error();
    wanted = std::move(*cookie);
    return wanted;
}

net::http::Response session_response(int status, chat::SessionGrant grant, const std::optional<SessionCookie>& cookie) {
    const std::string refresh_token = grant.refresh_token;
    if (cookie) grant.refresh_token.clear();
    auto response = net::http::json_response(status, encode(grant));
    if (cookie) response.headers.add("Set-Cookie", cookie->keep(refresh_token));
    return response;
}

} // namespace

RestApi::Answer RestApi::sign_up(Call& call) {
    if (!node_.settings.registration_open) co_return to_failure(chat::Errc::registration_closed);
    Fields in{call.body};
    chat::Registration registration;
    registration.username = in.text("username", chat::parse_username);
    registration.password = in.text("password", chat::parse_password);
    registration.display_name =
        in.optional_text("displayName", chat::parse_display_name).value_or(registration.username);
    const auto cookie = wanted_cookie(call.request, in);
    if (in.failure()) co_return *in.failure();
    if (!cookie) co_return cookie.error();

    const std::string address = address_key(call.request.remote_address);
    const auto wait = co_await take(&Attempts::registrations, address);
    if (wait) co_return Failure{ErrorName::limit_rate, {}, *wait};
    const auto seats = co_await take_hash_seats(call, address, registration.username);
    if (!seats) {
        give_back(&Attempts::registrations, address);
        co_return to_failure(chat::Errc::rate_limited);
    }
    auto client = client_of(call.request);
    const auto grant = co_await call.services.auth.sign_up(std::move(registration), std::move(client));
    if (!grant) co_return to_failure(grant.error(), "username");
    co_return session_response(201, *grant, *cookie);
}

RestApi::Answer RestApi::sign_in(Call& call) {
    Fields in{call.body};
    chat::Login login;
    login.username = in.plain("username");
    login.password = in.plain("password");
    const auto cookie = wanted_cookie(call.request, in);
    if (in.failure()) co_return *in.failure();
    if (!cookie) co_return cookie.error();

    // Everybody knows what no username can be: not worth a hash, nor an attempt.
    if (!chat::parse_username(login.username)) co_return to_failure(chat::Errc::bad_credentials);
    const std::string address = address_key(call.request.remote_address);
    // An account has as many attempts at each address, and there successes count too: they cost a hash as well.
    auto wait = co_await take(&Attempts::logins, account_at(address, login.username));
    if (!wait) wait = co_await take(&Attempts::logins, address);
    if (wait) co_return Failure{ErrorName::limit_rate, {}, *wait};
    const auto seats = co_await take_hash_seats(call, address, login.username);
    if (!seats) {
        give_back(&Attempts::logins, address);
        co_return to_failure(chat::Errc::rate_limited);
    }
    auto client = client_of(call.request);
    const auto grant = co_await call.services.auth.sign_in(std::move(login), std::move(client));
    if (!grant) {
        // Without the name: people type passwords there.
        log::info("login_failed", {{"address", call.request.remote_address}, {"reason", grant.error().message()}},
                  {{"request", call.id}});
        co_return to_failure(grant.error());
    }
    // Of an address only failures count: many people may share it.
    give_back(&Attempts::logins, address);
    co_return session_response(200, *grant, *cookie);
}

RestApi::Answer RestApi::refresh(Call& call) {
    Fields in{call.body};
    const auto cookie = wanted_cookie(call.request, in);
    if (!cookie) co_return cookie.error();
    // A token in the body moves into the cookie: of a session that began without one.
    const bool from_cookie = *cookie && !in.has("refreshToken");
    std::string token = from_cookie ? (*cookie)->token() : in.plain("refreshToken");
    if (in.failure()) co_return *in.failure();
    if (from_cookie && token.empty()) co_return to_failure(chat::Errc::token_missing);
    const auto refreshed = co_await call.services.auth.refresh(std::move(token));
    if (!refreshed) co_return to_failure(refreshed.error());
    if (const auto* reuse = std::get_if<chat::ReuseDetected>(&*refreshed)) {
        co_await sockets_.end_session(reuse->user, reuse->session);
        co_return to_failure(chat::Errc::revoked);
    }
    co_return session_response(200, std::get<chat::SessionGrant>(*refreshed), *cookie);
}

RestApi::Answer RestApi::sign_out(Call& call) {
    const auto ended = co_await call.services.auth.sign_out(call.caller.session);
    if (!ended) co_return to_failure(ended.error());
    co_await sockets_.end_session(call.caller.user, call.caller.session);
    auto response = no_content();
    const auto cookie = SessionCookie::of(call.request);
    if (cookie && !cookie->token().empty()) response.headers.add("Set-Cookie", cookie->forget());
    co_return response;
}

RestApi::Answer RestApi::list_users(Call& call) {
    Query query{call.request};
    auto ids = query.user_ids("ids", kUserIdsMax);
    if (query.failure()) co_return *query.failure();
    const auto users = co_await call.services.accounts.find_users(std::move(ids));
    if (!users) co_return to_failure(users.error());
    co_return list_response("users", *users);
}

RestApi::Answer RestApi::search_users(Call& call) {
    Query query{call.request};
    auto page_query = query.page();
    if (!call.request.has_query("query")) query.fail(ErrorName::validation_missing, "query");
    auto prefix = query.text("query", chat::parse_username_prefix);
    if (query.failure()) co_return *query.failure();
    const auto page = co_await call.services.accounts.search_users(std::move(prefix), std::move(page_query));
    if (!page) co_return to_failure(page.error(), "cursor");
    co_return page_response("users", *page);
}

RestApi::Answer RestApi::get_user(Call& call) {
    const UserId id{call.ids[0]};
    const auto user = co_await call.services.accounts.find_user(id);
    if (!user) co_return to_failure(user.error());
    co_return user_response(chat::PublicUser{user->id, user->username, user->display_name});
}

RestApi::Answer RestApi::get_config(Call&) {
    std::string text;
    JsonWriter json{text};
    json.begin_object().field("name", "Hubbub").field("version", node_.settings.version).key("limits");
    write_limits(json);
    json.field("registrationOpen", node_.settings.registration_open).end_object();
    co_return net::http::json_response(200, std::move(text));
}

Task<std::optional<RestApi::HashSeats>> RestApi::take_hash_seats(Call& call, std::string address, std::string account) {
    HashSeats seats;
    seats.address = co_await hash_seats_.take("at " + address, limits::kHashesPerAddressMax);
    if (seats.address)
        seats.account = co_await hash_seats_.take(lowercase(std::move(account)), limits::kHashesPerAccountMax);
    if (seats.account) co_return std::optional<HashSeats>{std::move(seats)};
    ++node_.measures_of(call.shard).hashes_full;
    co_return std::nullopt;
}

runtime::Shard& RestApi::home_of(const std::string& address) {
    return node_.shards[std::hash<std::string>{}(address) % node_.shards.size()];
}

void RestApi::give_back(Limiter limiter, const std::string& address) {
    home_of(address).post(
        [this, limiter, address] { (attempts_[home_of(address).index()].*limiter).give_back(address); });
}

Task<std::optional<std::chrono::milliseconds>> RestApi::take(Limiter limiter, std::string address) {
    auto& io = home_of(address).io();
    return internal::on(io, take_here(limiter, std::move(address)));
}

Task<std::optional<std::chrono::milliseconds>> RestApi::take_here(Limiter limiter, std::string address) {
    runtime::Shard& home = home_of(address);
    co_return (attempts_[home.index()].*limiter).take(address, home.loop_time());
}

} // namespace hubbub::gateway
