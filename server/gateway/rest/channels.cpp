// Channels, members and history.
#include "chat/accounts/rules.hpp"
#include "chat/channels/rules.hpp"
#include "chat/text.hpp"
#include "gateway/json/encode.hpp"
#include "gateway/json/fields.hpp"
#include "gateway/rest/query.hpp"
#include "gateway/rest/rest_api.hpp"

#include <optional>
#include <utility>

namespace hubbub::gateway {
namespace {

using net::http::json_response;

net::http::Response view_response(int status, const chat::ChannelView& view) {
    std::string text;
    JsonWriter json{text};
    json.begin_object().key("channel");
    write(json, view.channel);
    json.key("state");
    if (view.state) {
        write(json, *view.state);
    } else {
        json.raw("null");
    }
    json.end_object();
    return json_response(status, std::move(text));
}

template <class T> net::http::Response page_response(std::string_view name, const chat::Page<T>& page) {
    std::string text;
    JsonWriter json{text};
    json.begin_object();
    write_array(json, name, page.items);
    json.key("nextCursor");
    if (page.next_cursor) {
        json.value(*page.next_cursor);
    } else {
        json.raw("null");
    }
    json.end_object();
    return json_response(200, std::move(text));
}

net::http::Response read_state_response(ChannelId channel, const chat::ReadState& state) {
    std::string text;
    JsonWriter json{text};
    json.begin_object().field("chatChannelId", channel);
    write_read_state(json, state);
    write_delivered_state(json, state);
    json.end_object();
    return json_response(200, std::move(text));
}

/// What is looked for in names: any text that a name may hold.
Result<std::string> parse_search(std::string_view text) {
    if (chat::trim(text).empty()) return std::string{};
    return chat::parse_channel_name(text);
}

} // namespace

RestApi::Answer RestApi::create_channel(Call& call) {
    Fields in{call.body};
    chat::NewChannel channel;
    channel.name = in.text("name", chat::parse_channel_name);
    const bool is_public = in.choice("type", {"public", "private"}) == 0;
    channel.type = is_public ? chat::ChannelType::public_channel : chat::ChannelType::private_channel;
    channel.topic = in.optional_text("topic", chat::parse_topic).value_or("");
    channel.created_by = call.caller.user;
    if (in.failure()) co_return *in.failure();
    const auto view = co_await memberships_.create(call.shard, std::move(channel));
    if (!view) co_return to_failure(view.error(), "name");
    co_return view_response(201, *view);
}

RestApi::Answer RestApi::list_channels(Call& call) {
    Query query{call.request};
    auto page_query = query.page();
    if (query.failure()) co_return *query.failure();
    const auto page = co_await call.services.channels.list(call.caller.user, std::move(page_query));
    if (!page) co_return to_failure(page.error(), "cursor");
    co_return page_response("channels", *page);
}

RestApi::Answer RestApi::browse_channels(Call& call) {
    Query query{call.request};
    auto page_query = query.page();
    auto text = query.text("query", parse_search);
    if (query.failure()) co_return *query.failure();
    const auto page = co_await call.services.channels.browse(call.caller.user, std::move(text), std::move(page_query));
    if (!page) co_return to_failure(page.error(), "cursor");
    co_return page_response("channels", *page);
}

RestApi::Answer RestApi::get_channel(Call& call) {
    const ChannelId channel{call.ids[0]};
    const auto view = co_await call.services.channels.view(channel, call.caller.user);
    if (!view) co_return to_failure(view.error());
    co_return view_response(200, *view);
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
    auto user = in.optional_id<UserId>("userId");
    auto username = in.has("username") ? std::optional{in.plain("username")} : std::nullopt;
    chat::Role role = chat::Role::member;
    if (in.has("role")) role = static_cast<chat::Role>(in.choice("role", {"member", "admin", "owner"}));
    if (!user && !username) in.fail(ErrorName::validation_missing, "userId");
    if (in.failure()) co_return *in.failure();

    if (!user) {
        if (!chat::parse_username(*username)) co_return to_failure(chat::Errc::user_not_found);
        const auto found = co_await call.services.accounts.find_user_by_name(std::move(*username));
        if (!found) co_return to_failure(found.error());
        user = found->id;
    }
    const auto change = co_await memberships_.add(channel, call.caller.user, *user, role);
    if (!change) co_return to_failure(change.error());
    co_return json_response(201, R"({"member":)" + encode(change->member) + "}");
}

RestApi::Answer RestApi::remove_member(Call& call) {
    const ChannelId channel{call.ids[0]};
    const UserId user{call.ids[1]};
    std::string nobody; // every socket of the user is told
    const auto change = co_await memberships_.remove(channel, call.caller.user, user, std::move(nobody));
    if (!change) co_return to_failure(change.error());
    Response response;
    response.status = 204;
    co_return response;
}

RestApi::Answer RestApi::list_messages(Call& call) {
    return read_history(call, std::nullopt);
}

RestApi::Answer RestApi::list_replies(Call& call) {
    return read_history(call, MessageId{call.ids[1]});
}

RestApi::Answer RestApi::read_history(Call& call, std::optional<MessageId> thread) {
    const ChannelId channel{call.ids[0]};
    Query query{call.request};
    chat::HistoryQuery wanted;
    wanted.thread = thread;
    wanted.before = query.optional_id<MessageId>("before");
    wanted.after = query.optional_id<MessageId>("after");
    wanted.around = query.optional_id<MessageId>("around");
    wanted.limit = query.limit(limits::kHistoryPageDefault, limits::kHistoryPageMax);
    if (wanted.before && wanted.after) query.fail(ErrorName::validation_format, "after");
    if (wanted.around && (wanted.before || wanted.after)) query.fail(ErrorName::validation_format, "around");
    if (query.failure()) co_return *query.failure();

    const auto page = co_await call.services.messages.history(channel, call.caller.user, wanted);
    if (!page) co_return to_failure(page.error());
    std::string text;
    JsonWriter json{text};
    json.begin_object();
    write_array(json, "messages", page->messages);
    json.field("hasMoreBefore", page->has_more_before).field("hasMoreAfter", page->has_more_after).end_object();
    co_return json_response(200, std::move(text));
}

RestApi::Answer RestApi::get_message(Call& call) {
    const ChannelId channel{call.ids[0]};
    const MessageId id{call.ids[1]};
    const auto message = co_await call.services.messages.find(channel, call.caller.user, id);
    if (!message) co_return to_failure(message.error());
    co_return json_response(200, R"({"message":)" + encode(*message) + "}");
}

RestApi::Answer RestApi::get_read_state(Call& call) {
    const ChannelId channel{call.ids[0]};
    const auto state = co_await call.services.receipts.state(channel, call.caller.user);
    if (!state) co_return to_failure(state.error());
    co_return read_state_response(channel, *state);
}

RestApi::Answer RestApi::put_read_state(Call& call) {
    const ChannelId channel{call.ids[0]};
    Fields in{call.body};
    std::vector<MessageId> messages{in.id<MessageId>("messageId")};
    if (in.failure()) co_return *in.failure();
    const auto state =
        co_await call.services.receipts.mark(Receipts::Kind::read, channel, call.caller.user, std::move(messages));
    if (!state) co_return to_failure(state.error());
    co_return read_state_response(channel, *state);
}

} // namespace hubbub::gateway
