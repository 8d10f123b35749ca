// The caller's own account and sessions.
#include "chat/accounts/rules.hpp"
#include "gateway/rest/answers.hpp"
#include "gateway/rest/query.hpp"
#include "gateway/rest/rest_api.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace hubbub::gateway {

RestApi::Answer RestApi::get_me(Call& call) {
    const auto user = co_await call.services.accounts.find_user(call.caller.user);
    if (!user) co_return to_failure(user.error());
    co_return user_response(*user);
}

RestApi::Answer RestApi::update_me(Call& call) {
    Fields in{call.body};
    auto display_name = in.optional_text("displayName", chat::parse_display_name);
    auto password = in.optional_text("password", chat::parse_password);
    std::string old_password = password ? in.plain("currentPassword") : std::string{};
    if (!display_name && !password) in.fail(ErrorName::validation_missing, "displayName");
    if (in.failure()) co_return *in.failure();
    if (password) {
        const auto changed = co_await change_password(call, std::move(old_password), std::move(*password));
        if (!changed) co_return changed.error();
    }
    if (display_name) {
        const auto user = co_await call.services.accounts.set_display_name(call.caller.user, std::move(*display_name));
        if (!user) co_return to_failure(user.error());
    }
    auto answer = co_await get_me(call);
    co_return answer;
}

/// Guesses are counted as those of the sign-in: whoever has a token does not have the password.
Task<Outcome<bool>> RestApi::change_password(Call& call, std::string old_password, std::string password) {
    const std::string address = address_key(call.request.remote_address);
    const auto wait = co_await take(&Attempts::logins, address);
    if (wait) co_return Failure{ErrorName::limit_rate, {}, *wait};
    const auto seats = co_await take_hash_seats(call, address, "of user " + std::to_string(call.caller.user.value));
    if (!seats) {
        give_back(&Attempts::logins, address);
        co_return to_failure(chat::Errc::rate_limited);
    }
    const auto ended =
        co_await call.services.auth.change_password(call.caller, std::move(old_password), std::move(password));
    co_await end_sockets(call, ended);
    if (!ended) co_return to_failure(ended.error());
    give_back(&Attempts::logins, address);
    co_return true;
}

RestApi::Answer RestApi::list_sessions(Call& call) {
    Query query{call.request};
    auto page_query = query.page();
    if (query.failure()) co_return *query.failure();
    const auto page = co_await call.services.auth.sessions(call.caller, std::move(page_query));
    if (!page) co_return to_failure(page.error(), "cursor");
    co_return page_response("sessions", *page);
}

RestApi::Answer RestApi::end_session(Call& call) {
    const SessionId session{call.ids[0]};
    const auto ended = co_await call.services.auth.end_session(call.caller.user, session);
    if (ended) co_await sockets_.end_session(call.caller.user, session);
    if (!ended) co_await sockets_.end_revoked(call.shard, call.caller.user); // it may have ended already
    if (!ended) co_return to_failure(ended.error());
    co_return no_content();
}

RestApi::Answer RestApi::end_other_sessions(Call& call) {
    const auto ended = co_await call.services.auth.end_others(call.caller);
    co_await end_sockets(call, ended);
    if (!ended) co_return to_failure(ended.error());
    co_return no_content();
}

/// Those of the sessions that ended now, and of those that an earlier request ended whose answer was lost.
Task<> RestApi::end_sockets(Call& call, const Result<std::vector<SessionId>>& ended) {
    if (ended) {
        for (const SessionId session : *ended) co_await sockets_.end_session(call.caller.user, session);
    }
    co_await sockets_.end_revoked(call.shard, call.caller.user);
}

} // namespace hubbub::gateway
