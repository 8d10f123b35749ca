#include "gateway/socket/commands.hpp"

#include "base/limits.hpp"
#include "chat/messages/rules.hpp"
#include "chat/presence/rules.hpp"
#include "gateway/json/fields.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace hubbub::gateway {
namespace {

namespace json = boost::json;

constexpr std::size_t kUuidBytes = 36;

std::optional<ChannelId> parse_channel_id(std::string_view text) {
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size() || id < 1 || id > kJsonIntegerMax) return {};
    return ChannelId{id};
}

template <class IdType> void keep_each_once(std::vector<IdType>& ids) {
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

/// `text` fits `Fields::text`; the bytes are parsed by the caller.
Result<std::string> parse_uuid_text(std::string_view text) {
    const auto uuid = chat::parse_uuid(text);
    if (!uuid) return uuid.error();
    return std::string{text};
}

} // namespace

Outcome<chat::NewMessage> decode_send_message(const json::value& payload) {
    Fields in{payload};
    chat::NewMessage message;
    message.channel = in.id<ChannelId>("chatChannelId");
    message.content = in.text("content", chat::parse_content);
    const std::string uuid = in.text("clientMessageId", parse_uuid_text);
    message.parent = in.optional_id<MessageId>("parentMessageId");
    if (in.failure()) return *in.failure();
    message.client_message_id = *chat::parse_uuid(uuid);
    return message;
}

Outcome<chat::EditMessage> decode_edit_message(const json::value& payload) {
    Fields in{payload};
    chat::EditMessage command;
    command.channel = in.id<ChannelId>("chatChannelId");
    command.message = in.id<MessageId>("messageId");
    command.content = in.text("content", chat::parse_content);
    if (in.failure()) return *in.failure();
    return command;
}

Outcome<chat::DeleteMessage> decode_delete_message(const json::value& payload) {
    Fields in{payload};
    chat::DeleteMessage command;
    command.channel = in.id<ChannelId>("chatChannelId");
    command.message = in.id<MessageId>("messageId");
    if (in.failure()) return *in.failure();
    return command;
}

Outcome<chat::ChangeReaction> decode_reaction(const json::value& payload) {
    Fields in{payload};
    chat::ChangeReaction command;
    command.channel = in.id<ChannelId>("chatChannelId");
    command.message = in.id<MessageId>("messageId");
    command.reaction = in.text("reaction", chat::parse_reaction);
    if (in.failure()) return *in.failure();
    return command;
}

Outcome<MarkMessages> decode_mark(const json::value& payload) {
    Fields in{payload};
    MarkMessages command;
    command.channel = in.id<ChannelId>("chatChannelId");
    if (in.has("messageIds")) {
        if (in.has("messageId")) in.fail(ErrorName::validation_format, "messageIds");
        command.messages = in.ids<MessageId>("messageIds", limits::kMarkIdsMax);
    } else {
        command.messages.push_back(in.id<MessageId>("messageId"));
    }
    if (in.failure()) return *in.failure();
    keep_each_once(command.messages);
    return command;
}

Outcome<JoinChannel> decode_join_channel(const json::value& payload) {
    constexpr auto kPageMax = static_cast<std::int64_t>(limits::kHistoryPageMax);
    Fields in{payload};
    JoinChannel command;
    command.channel = in.id<ChannelId>("chatChannelId");
    command.last_event_seq = in.optional_integer("lastEventSeq", 0, kJsonIntegerMax);
    const auto limit = in.optional_integer("historyLimit", 0, kPageMax);
    command.history_limit = limit ? static_cast<std::size_t>(*limit) : limits::kHistoryPageDefault;
    if (in.failure()) return *in.failure();
    return command;
}

Outcome<ChannelId> decode_channel(const json::value& payload) {
    Fields in{payload};
    const auto channel = in.id<ChannelId>("chatChannelId");
    if (in.failure()) return *in.failure();
    return channel;
}

Outcome<GetHistory> decode_get_history(const json::value& payload) {
    constexpr auto kPageMax = static_cast<std::int64_t>(limits::kHistoryPageMax);
    Fields in{payload};
    GetHistory command;
    command.channel = in.id<ChannelId>("chatChannelId");
    command.query.before = in.optional_id<MessageId>("before");
    command.query.after = in.optional_id<MessageId>("after");
    command.query.around = in.optional_id<MessageId>("around");
    if (in.has("at")) command.query.at = in.time("at");
    const auto limit = in.optional_integer("limit", 1, kPageMax);
    command.query.limit = limit ? static_cast<std::size_t>(*limit) : limits::kHistoryPageDefault;
    if (const auto extra = chat::extra_anchor(command.query)) in.fail(ErrorName::validation_format, *extra);
    if (in.failure()) return *in.failure();
    return command;
}

Outcome<Resume> decode_resume(const json::value& payload) {
    Fields in{payload};
    Resume command;
    const json::object& channels = in.object("channels");
    if (channels.size() > limits::kRoomsPerSocketMax) in.fail(ErrorName::validation_too_long, "channels");
    if (in.failure()) return *in.failure();

    Fields entries{channels};
    for (const auto& entry : channels) {
        const auto id = parse_channel_id(entry.key());
        if (!id) return Failure{ErrorName::validation_format, "channels"};
        command.channels.push_back({*id, entries.integer(entry.key(), 0, kJsonIntegerMax)});
    }
    if (entries.failure()) return Failure{entries.failure()->name, "channels." + entries.failure()->field};
    return command;
}

Outcome<UserOnline> decode_user_online(const json::value& payload) {
    constexpr chat::Status kStatuses[] = {chat::Status::online, chat::Status::away, chat::Status::dnd};
    Fields in{payload};
    UserOnline command;
    if (in.has("status")) command.status = kStatuses[in.choice("status", {"online", "away", "dnd"})];
    command.text = in.optional_text("statusText", chat::parse_status_text);
    if (in.failure()) return *in.failure();
    return command;
}

Outcome<GetPresence> decode_get_presence(const json::value& payload) {
    Fields in{payload};
    GetPresence command;
    command.channel = in.optional_id<ChannelId>("chatChannelId");
    if (!in.has("chatChannelId")) {
        command.users = in.ids<UserId>("userIds", limits::kPresenceIdsMax);
    } else if (in.has("userIds")) {
        in.fail(ErrorName::validation_format, "userIds");
    }
    if (in.failure()) return *in.failure();
    keep_each_once(command.users);
    return command;
}

Outcome<std::string> decode_refresh_token(const json::value& payload) {
    Fields in{payload};
    std::string token = in.plain("token");
    if (in.failure()) return *in.failure();
    return token;
}

std::string client_message_id_of(const json::value& payload) {
    const json::object* fields = payload.if_object();
    const json::value* id = fields == nullptr ? nullptr : fields->if_contains("clientMessageId");
    if (id == nullptr || !id->is_string() || id->get_string().size() > kUuidBytes) return {};
    return std::string{id->get_string()};
}

} // namespace hubbub::gateway
