#include "gateway/json/encode.hpp"

#include "base/limits.hpp"
#include "chat/messages/rules.hpp"

#include <boost/json/serialize.hpp>

#include <variant>

namespace hubbub::gateway {

std::string_view to_text(chat::ChannelType type) {
    switch (type) {
    case chat::ChannelType::public_channel: return "public";
    case chat::ChannelType::private_channel: return "private";
    case chat::ChannelType::direct: return "direct";
    }
    return "private";
}

std::string_view to_text(chat::Role role) {
    switch (role) {
    case chat::Role::member: return "member";
    case chat::Role::admin: return "admin";
    case chat::Role::owner: return "owner";
    }
    return "member";
}

void write(JsonWriter& json, const chat::PublicUser& user) {
    json.begin_object()
        .field("id", user.id)
        .field("username", user.username)
        .field("displayName", user.display_name)
        .end_object();
}

void write(JsonWriter& json, const chat::User& user) {
    json.begin_object()
        .field("id", user.id)
        .field("username", user.username)
        .field("displayName", user.display_name)
        .field("isAdmin", user.is_admin)
        .field("createdAt", user.created_at)
        .end_object();
}

namespace {

void write_fields(JsonWriter& json, const chat::Channel& channel) {
    json.field("chatChannelId", channel.id)
        .field("name", channel.name)
        .field("type", to_text(channel.type))
        .field("topic", channel.topic)
        .field("createdBy", channel.created_by)
        .field("createdAt", channel.created_at)
        .field("archivedAt", channel.archived_at)
        .field("lastMessageId", channel.last_message_id)
        .field("lastMessageAt", channel.last_message_at)
        .field("memberCount", channel.member_count);
}

} // namespace

void write(JsonWriter& json, const chat::Channel& channel) {
    json.begin_object();
    write_fields(json, channel);
    json.end_object();
}

void write(JsonWriter& json, const chat::BrowsedChannel& browsed) {
    json.begin_object();
    write_fields(json, browsed.channel);
    json.field("isMember", browsed.is_member).end_object();
}

void write(JsonWriter& json, const chat::ChannelState& state) {
    json.begin_object()
        .field("chatChannelId", state.id)
        .field("name", state.name)
        .field("type", to_text(state.type))
        .field("role", to_text(state.role))
        .field("lastMessageId", state.last_message_id)
        .field("lastSeq", state.last_seq)
        .field("lastEventSeq", state.last_event_seq)
        .field("lastReadMessageId", state.last_read_message_id)
        .field("unreadCount", state.unread_count)
        .field("mentionCount", state.mention_count);
    if (state.archived_at) json.field("archivedAt", state.archived_at);
    if (state.muted_until) json.field("mutedUntil", state.muted_until);
    if (state.peer) {
        json.key("peer");
        write(json, *state.peer);
    }
    json.end_object();
}

void write(JsonWriter& json, const chat::Member& member) {
    json.begin_object().key("user");
    write(json, member.user);
    json.field("role", to_text(member.role)).field("joinedAt", member.joined_at).end_object();
}

void write(JsonWriter& json, const chat::Invite& invite) {
    json.begin_object()
        .field("id", invite.id)
        .field("chatChannelId", invite.channel)
        .field("code", invite.code)
        .field("userId", invite.user)
        .field("createdBy", invite.created_by)
        .field("createdAt", invite.created_at)
        .field("expiresAt", invite.expires_at)
        .field("maxUses", invite.max_uses)
        .field("uses", invite.uses)
        .end_object();
}

void write(JsonWriter& json, const chat::Invitation& invitation) {
    const chat::Invite& invite = invitation.invite;
    json.begin_object().field("id", invite.id).field("code", invite.code).key("channel");
    json.begin_object()
        .field("id", invite.channel)
        .field("name", invitation.channel_name)
        .field("type", to_text(chat::ChannelType::private_channel))
        .field("topic", invitation.topic)
        .end_object();
    json.key("invitedBy");
    write(json, invitation.invited_by);
    json.field("createdAt", invite.created_at).field("expiresAt", invite.expires_at).end_object();
}

void write(JsonWriter& json, const chat::Message& message) {
    json.begin_object()
        .field("id", message.id)
        .field("seq", message.seq)
        .field("chatChannelId", message.channel)
        .field("senderId", message.sender)
        .field("content", message.content)
        .field("createdAt", message.created_at)
        .field("editedAt", message.edited_at)
        .field("deletedAt", message.deleted_at)
        .field("clientMessageId", chat::to_string(message.client_message_id))
        .field("parentMessageId", message.parent);
    write_array(json, "reactions", message.reactions);
    json.end_object();
}

void write(JsonWriter& json, const chat::Reaction& reaction) {
    json.begin_object().field("reaction", reaction.reaction).field("count", reaction.count).key("userIds");
    json.begin_array();
    for (const UserId user : reaction.user_ids) json.value(user);
    json.end_array().end_object();
}

namespace {

std::optional<MessageId> message_of(chat::Mark mark) {
    return mark.seq == 0 ? std::nullopt : std::optional{mark.message};
}

} // namespace

void write_read_state(JsonWriter& json, const chat::ReadState& state) {
    json.field("lastReadMessageId", message_of(state.marks.read)).field("unreadCount", state.unread_count());
}

void write_delivered_state(JsonWriter& json, const chat::ReadState& state) {
    json.field("lastDeliveredMessageId", message_of(state.marks.delivered));
}

void write(JsonWriter& json, const chat::SessionGrant& grant) {
    json.begin_object().key("user");
    write(json, grant.user);
    json.field("sessionId", grant.session)
        .field("accessToken", grant.access_token)
        .field("accessTokenExpiresAt", grant.access_expires_at);
    if (!grant.refresh_token.empty()) json.field("refreshToken", grant.refresh_token);
    json.field("refreshTokenExpiresAt", grant.refresh_expires_at).end_object();
}

void write(JsonWriter& json, const chat::OpenSession& session) {
    json.begin_object()
        .field("id", session.id)
        .field("userAgent", session.user_agent)
        .field("ip", session.ip)
        .field("issuedAt", session.issued_at)
        .field("lastUsedAt", session.last_used_at)
        .field("expiresAt", session.expires_at)
        .field("current", session.current)
        .end_object();
}

void write(JsonWriter& json, const chat::Presence& presence) {
    constexpr std::string_view kNames[] = {"offline", "away", "online", "dnd"};
    json.begin_object()
        .field("userId", presence.user)
        .field("status", kNames[static_cast<std::size_t>(presence.status)]);
    if (!presence.text.empty()) json.field("statusText", presence.text);
    if (presence.last_seen_at) json.field("lastSeenAt", *presence.last_seen_at);
    json.end_object();
}

void write(JsonWriter& json, const chat::Receipt& receipt) {
    json.begin_object().key("user");
    write(json, receipt.user);
    json.field("read", receipt.read)
        .field("deliveredAt", receipt.delivered_at)
        .field("readAt", receipt.read_at)
        .end_object();
}

void write(JsonWriter& json, const chat::Position& position) {
    json.begin_object()
        .field("userId", position.user)
        .field("lastReadMessageId", position.last_read)
        .field("lastDeliveredMessageId", position.last_delivered)
        .end_object();
}

void write_limits(JsonWriter& json) {
    json.begin_object()
        .field("messageBytesMax", limits::kMessageBytesMax)
        .field("historyPageMax", limits::kHistoryPageMax)
        .field("channelNameMax", limits::kChannelNameMax)
        .end_object();
}

std::string new_message_event(ChannelId channel, std::int64_t event_seq, std::string_view message_json) {
    std::string text;
    text.reserve(message_json.size() + 64);
    JsonWriter{text}
        .begin_object()
        .field("chatChannelId", channel)
        .field("eventSeq", event_seq)
        .key("message")
        .raw(message_json)
        .end_object();
    return text;
}

std::string membership_event(ChannelId channel, std::int64_t event_seq, const chat::PublicUser& user, Timestamp at) {
    std::string text;
    JsonWriter json{text};
    json.begin_object().field("chatChannelId", channel).field("eventSeq", event_seq).key("user");
    write(json, user);
    json.field("at", at).end_object();
    return text;
}

namespace {

struct NameOf {
    std::string_view operator()(const chat::Message&) const { return "new_message"; }
    std::string_view operator()(const chat::MembershipEvent& event) const {
        return event.joined ? "user_joined" : "user_left";
    }
    std::string_view operator()(const chat::MessageEdited&) const { return "message_edited"; }
    std::string_view operator()(const chat::MessageDeleted&) const { return "message_deleted"; }
    std::string_view operator()(const chat::ReactionChanged& event) const {
        return event.added ? "reaction_added" : "reaction_removed";
    }
};

struct EventOf {
    ChannelId channel;
    std::int64_t event_seq;

    std::string operator()(const chat::Message& message) const {
        return new_message_event(channel, event_seq, encode(message));
    }
    std::string operator()(const chat::MembershipEvent& event) const {
        return membership_event(channel, event_seq, event.user, event.at);
    }
    std::string operator()(const chat::MessageEdited& event) const {
        std::string text;
        JsonWriter json{text};
        begin(json, event.message, event.message_created_at);
        json.field("content", event.content).field("editedAt", event.at).field("editedBy", event.actor).end_object();
        return text;
    }
    std::string operator()(const chat::MessageDeleted& event) const {
        std::string text;
        JsonWriter json{text};
        begin(json, event.message, event.message_created_at);
        json.field("deletedAt", event.at).field("deletedBy", event.actor).end_object();
        return text;
    }
    std::string operator()(const chat::ReactionChanged& event) const {
        std::string text;
        JsonWriter json{text};
        begin(json, event.message, event.message_created_at);
        json.field("userId", event.user).field("reaction", event.reaction).field("createdAt", event.at).end_object();
        return text;
    }

  private:
    void begin(JsonWriter& json, MessageId message, Timestamp created_at) const {
        json.begin_object()
            .field("chatChannelId", channel)
            .field("eventSeq", event_seq)
            .field("messageId", message)
            .field("messageCreatedAt", created_at);
    }
};

} // namespace

std::string_view event_name(const chat::ChannelEvent& event) {
    return std::visit(NameOf{}, event.what);
}

std::string encode_event(ChannelId channel, const chat::ChannelEvent& event) {
    return std::visit(EventOf{channel, event.event_seq}, event.what);
}

void write_event(JsonWriter& json, ChannelId channel, const chat::ChannelEvent& event) {
    json.begin_object().field("event", event_name(event)).key("data").raw(encode_event(channel, event)).end_object();
}

std::string encode_refusal(const Failure& failure) {
    return boost::json::serialize(boost::json::object{{"ok", false}, {"error", to_json(failure)}});
}

} // namespace hubbub::gateway
