// Channels, members and history.
#include "chat/channels/rules.hpp"
#include "chat/messages/rules.hpp"
#include "chat/text.hpp"
#include "gateway/json/encode.hpp"
#include "gateway/json/fields.hpp"
#include "gateway/rest/answers.hpp"
#include "gateway/rest/query.hpp"
#include "gateway/rest/rest_api.hpp"

#include <optional>
#include <utility>

namespace hubbub::gateway {
namespace {

using net::http::json_response;

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
    using enum chat::ChannelType;
    constexpr chat::ChannelType kTypes[] = {public_channel, private_channel, direct};
    Fields in{call.body};
    chat::NewChannel channel;
    channel.type = kTypes[in.choice("type", {"public", "private", "direct"})];
    if (!in.failure() && channel.type == direct) {
        auto opened = co_await open_direct(call);
        co_return opened;
    }
    channel.name = in.text("name", chat::parse_channel_name);
    channel.topic = in.optional_text("topic", chat::parse_topic).value_or("");
    channel.created_by = call.caller.user;
    if (in.failure()) co_return *in.failure();
    const auto view = co_await memberships_.create(call.shard, std::move(channel));
    if (!view) co_return to_failure(view.error(), "name");
    co_return view_response(201, *view);
}

RestApi::Answer RestApi::open_direct(Call& call) {
    const auto other = co_await named_user(call);
    if (!other) co_return other.error();
    if (*other == call.caller.user) co_return Failure{ErrorName::validation_format, "userId"};
    const std::string whom = user_room(*other);
    const auto wait = co_await take(&Attempts::additions, whom);
    if (wait) co_return Failure{ErrorName::limit_additions, {}, *wait};
    const auto opened = co_await memberships_.open_direct(call.shard, call.caller.user, *other);
    if (!opened || !opened->created) give_back(&Attempts::additions, whom);
    if (!opened) co_return to_failure(opened.error());
    co_return view_response(opened->created ? 201 : 200, opened->view);
}

RestApi::Answer RestApi::update_channel(Call& call) {
    const ChannelId channel{call.ids[0]};
    Fields in{call.body};
    chat::ChannelChange change;
    change.name = in.optional_text("name", chat::parse_channel_name);
    change.topic = in.optional_text("topic", chat::parse_topic);
    change.archived = in.optional_boolean("archived");
    if (!change.name && !change.topic && !change.archived) in.fail(ErrorName::validation_missing, "name");
    if (in.failure()) co_return *in.failure();
    const auto view = co_await memberships_.update(channel, call.caller.user, std::move(change));
    if (!view) co_return to_failure(view.error(), "name");
    co_return view_response(200, *view);
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
    wanted.at = query.optional_time("at");
    wanted.limit = query.limit(limits::kHistoryPageDefault, limits::kHistoryPageMax);
    if (const auto extra = chat::extra_anchor(wanted)) query.fail(ErrorName::validation_format, *extra);
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

RestApi::Answer RestApi::list_receipts(Call& call) {
    const ChannelId channel{call.ids[0]};
    const MessageId id{call.ids[1]};
    Query query{call.request};
    auto page_query = query.page();
    if (query.failure()) co_return *query.failure();
    const auto message = co_await call.services.messages.find(channel, call.caller.user, id);
    if (!message) co_return to_failure(message.error());
    const auto page = co_await call.services.receipts.of_message(channel, id, std::move(page_query));
    if (!page) co_return to_failure(page.error(), "cursor");
    co_return page_response("receipts", *page);
}

RestApi::Answer RestApi::search_messages(Call& call) {
    Query query{call.request};
    chat::SearchQuery wanted;
    wanted.reader = call.caller.user;
    wanted.text = query.text("query", chat::parse_search_text);
    if (wanted.text.empty()) query.fail(ErrorName::validation_missing, "query");
    wanted.channel = query.optional_id<ChannelId>("chatChannelId");
    wanted.page = query.page();
    if (query.failure()) co_return *query.failure();
    const auto page = co_await call.services.messages.search(std::move(wanted));
    if (!page) co_return to_failure(page.error(), "cursor");
    co_return page_response("messages", *page);
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
