// Invitations into private channels.
#include "base/clock.hpp"
#include "base/limits.hpp"
#include "gateway/rest/answers.hpp"
#include "gateway/rest/query.hpp"
#include "gateway/rest/rest_api.hpp"

#include <chrono>
#include <utility>

namespace hubbub::gateway {

RestApi::Answer RestApi::create_invite(Call& call) {
    constexpr std::chrono::seconds kTtlMin{1};
    Fields in{call.body};
    chat::NewInvite invite;
    invite.channel = ChannelId{call.ids[0]};
    const auto ttl =
        in.optional_integer("expiresInSeconds", kTtlMin.count(), std::chrono::seconds{limits::kInviteTtlMax}.count());
    invite.expires_at = now() + (ttl ? std::chrono::seconds{*ttl} : limits::kInviteTtlDefault);
    invite.max_uses = in.optional_integer("maxUses", 1, limits::kInviteUsesMax).value_or(1);
    if (in.failure()) co_return *in.failure();
    std::string whom;
    if (in.has("userId") || in.has("username")) {
        const auto user = co_await named_user(call);
        if (!user) co_return user.error();
        invite.user = *user;
        whom = user_room(*user);
        const auto wait = co_await take(&Attempts::additions, whom);
        if (wait) co_return Failure{ErrorName::limit_additions, {}, *wait};
    }
    const auto made = co_await memberships_.invite(call.caller.user, invite);
    if (!made && invite.user) give_back(&Attempts::additions, whom);
    if (!made) co_return to_failure(made.error());
    co_return invite_response(201, made->invite);
}

RestApi::Answer RestApi::list_invites(Call& call) {
    const ChannelId channel{call.ids[0]};
    Query query{call.request};
    auto page_query = query.page();
    if (query.failure()) co_return *query.failure();
    const auto page = co_await call.services.invites.list(channel, call.caller.user, std::move(page_query));
    if (!page) co_return to_failure(page.error(), "cursor");
    co_return page_response("invites", *page);
}

RestApi::Answer RestApi::delete_invite(Call& call) {
    const ChannelId channel{call.ids[0]};
    const chat::InviteId invite{call.ids[1]};
    const auto withdrawn = co_await memberships_.withdraw(channel, call.caller.user, invite);
    if (!withdrawn) co_return to_failure(withdrawn.error());
    co_return no_content();
}

RestApi::Answer RestApi::list_invitations(Call& call) {
    const auto all = co_await call.services.invites.invitations_of(call.caller.user);
    if (!all) co_return to_failure(all.error());
    co_return list_response("invitations", *all);
}

RestApi::Answer RestApi::decline_invitation(Call& call) {
    const chat::InviteId invite{call.ids[0]};
    const auto channel = co_await call.services.invites.decline(call.caller.user, invite);
    if (!channel) co_return to_failure(channel.error());
    sockets_.invitation_removed(*channel, {invite, call.caller.user});
    co_return no_content();
}

RestApi::Answer RestApi::accept_invite(Call& call) {
    Fields in{call.body};
    std::string code = in.plain("code");
    if (in.failure()) co_return *in.failure();
    if (code.find('\0') != std::string::npos) co_return to_failure(chat::Errc::invite_not_found);
    std::string looked_up = code;
    const auto channel = co_await call.services.invites.find(std::move(looked_up));
    if (!channel) co_return to_failure(channel.error());
    const auto change = co_await memberships_.accept(*channel, call.caller.user, std::move(code));
    if (!change) co_return to_failure(change.error());
    const auto view = co_await call.services.channels.view(*channel, call.caller.user);
    if (!view) co_return to_failure(view.error());
    co_return view_response(200, *view);
}

} // namespace hubbub::gateway
