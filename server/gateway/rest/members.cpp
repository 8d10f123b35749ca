// Who is in a channel, and as what.
#include "base/clock.hpp"
#include "chat/accounts/rules.hpp"
#include "gateway/rest/answers.hpp"
#include "gateway/rest/query.hpp"
#include "gateway/rest/rest_api.hpp"

#include <optional>
#include <utility>

namespace hubbub::gateway {
namespace {

chat::Role role_of(Fields& in) {
    return static_cast<chat::Role>(in.choice("role", {"member", "admin", "owner"}));
}

net::http::Response member_response(int status, const chat::Member& member) {
    return net::http::json_response(status, R"({"member":)" + encode(member) + "}");
}

} // namespace

/// Whom the body names, by `userId` or `username`.
Task<Outcome<UserId>> RestApi::named_user(Call& call) {
    Fields in{call.body};
    const auto user = in.optional_id<UserId>("userId");
    auto username = in.has("username") ? std::optional{in.plain("username")} : std::nullopt;
    if (!user && !username) in.fail(ErrorName::validation_missing, "userId");
    if (in.failure()) co_return *in.failure();
    if (user) co_return *user;
    if (!chat::parse_username(*username)) co_return to_failure(chat::Errc::user_not_found);
    const auto found = co_await call.services.accounts.find_user_by_name(std::move(*username));
    if (!found) co_return to_failure(found.error());
    co_return found->id;
}

RestApi::Answer RestApi::list_members(Call& call) {
    const ChannelId channel{call.ids[0]};
    Query query{call.request};
    auto page_query = query.page();
    if (query.failure()) co_return *query.failure();
    const auto page = co_await call.services.channels.members(channel, call.caller.user, std::move(page_query));
    if (!page) co_return to_failure(page.error(), "cursor");
    co_return page_response("members", *page);
}

RestApi::Answer RestApi::add_member(Call& call) {
    const ChannelId channel{call.ids[0]};
    Fields in{call.body};
    const chat::Role role = in.has("role") ? role_of(in) : chat::Role::member;
    if (in.failure()) co_return *in.failure();
    const auto user = co_await named_user(call);
    if (!user) co_return user.error();
    const std::string whom = user_room(*user);
    const auto wait = co_await take(&Attempts::additions, whom);
    if (wait) co_return Failure{ErrorName::limit_additions, {}, *wait};
    const auto added = co_await memberships_.add(channel, call.caller.user, *user, role);
    if (!added || !added->is_new) give_back(&Attempts::additions, whom);
    if (!added) co_return to_failure(added.error());
    if (added->invitation) co_return invite_response(202, added->invitation->invite);
    co_return member_response(201, added->change.member);
}

RestApi::Answer RestApi::set_role(Call& call) {
    const ChannelId channel{call.ids[0]};
    const UserId user{call.ids[1]};
    Fields in{call.body};
    const chat::Role role = role_of(in);
    if (in.failure()) co_return *in.failure();
    const auto change = co_await memberships_.set_role(channel, call.caller.user, user, role);
    if (!change) co_return to_failure(change.error());
    co_return member_response(200, change->member);
}

RestApi::Answer RestApi::remove_member(Call& call) {
    const ChannelId channel{call.ids[0]};
    const UserId user{call.ids[1]};
    std::string nobody; // every socket of the user is told
    const auto change = co_await memberships_.remove(channel, call.caller.user, user, std::move(nobody));
    if (!change) co_return to_failure(change.error());
    co_return no_content();
}

RestApi::Answer RestApi::mute(Call& call) {
    Fields in{call.body};
    const Timestamp until = in.time("mutedUntil");
    if (!in.failure() && until <= now()) in.fail(ErrorName::validation_range, "mutedUntil");
    if (in.failure()) co_return *in.failure();
    auto answer = co_await set_muted(call, until);
    co_return answer;
}

RestApi::Answer RestApi::unmute(Call& call) {
    return set_muted(call, {});
}

RestApi::Answer RestApi::set_muted(Call& call, std::optional<Timestamp> until) {
    const ChannelId channel{call.ids[0]};
    const auto view = co_await call.services.channels.mute(channel, call.caller.user, until);
    if (!view) co_return to_failure(view.error());
    co_return view_response(200, *view);
}

} // namespace hubbub::gateway
