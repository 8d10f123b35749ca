#pragma once
#include "chat/auth/auth.hpp"
#include "chat/channels/invite_store.hpp"
#include "chat/channels/store.hpp"
#include "chat/messages/store.hpp"
#include "chat/presence/store.hpp"
#include "chat/receipts/store.hpp"
#include "gateway/failure.hpp"
#include "gateway/json/writer.hpp"

#include <string>
#include <string_view>

namespace hubbub::gateway {

// The shapes of the contract, "Server → client" and rest.
void write(JsonWriter& json, const chat::PublicUser& user);
void write(JsonWriter& json, const chat::User& user);
void write(JsonWriter& json, const chat::Channel& channel);
void write(JsonWriter& json, const chat::BrowsedChannel& browsed);
void write(JsonWriter& json, const chat::ChannelState& state);
void write(JsonWriter& json, const chat::Member& member);
void write(JsonWriter& json, const chat::Message& message);
void write(JsonWriter& json, const chat::Invite& invite);
void write(JsonWriter& json, const chat::Invitation& invitation);
void write(JsonWriter& json, const chat::SessionGrant& grant);
void write(JsonWriter& json, const chat::OpenSession& session);
void write(JsonWriter& json, const chat::Presence& presence);
void write(JsonWriter& json, const chat::Receipt& receipt);
void write(JsonWriter& json, const chat::Position& position);

template <class T> void write_array(JsonWriter& json, std::string_view name, const std::vector<T>& items) {
    json.key(name).begin_array();
    for (const T& item : items) write(json, item);
    json.end_array();
}

/// The JSON text of one of the shapes above.
template <class T> std::string encode(const T& item) {
    std::string text;
    JsonWriter json{text};
    write(json, item);
    return text;
}

std::string_view to_text(chat::ChannelType type);
std::string_view to_text(chat::Role role);

/// `{messageBytesMax, historyPageMax, …}`: what a client has to know beforehand.
void write_limits(JsonWriter& json);

void write(JsonWriter& json, const chat::Reaction& reaction);

/// The fields alone: `lastReadMessageId`, `unreadCount`.
void write_read_state(JsonWriter& json, const chat::ReadState& state);
/// `lastDeliveredMessageId`
void write_delivered_state(JsonWriter& json, const chat::ReadState& state);

/// The object of `new_message`, around a message that is JSON already.
std::string new_message_event(ChannelId channel, std::int64_t event_seq, std::string_view message_json);
/// The object of `user_joined` and `user_left`.
std::string membership_event(ChannelId channel, std::int64_t event_seq, const chat::PublicUser& user, Timestamp at);
/// What a durable event is called, and its object, as it was broadcast.
std::string_view event_name(const chat::ChannelEvent& event);
std::string encode_event(ChannelId channel, const chat::ChannelEvent& event);
/// `{"event","data"}` as `resume` and `join_channel` list it.
void write_event(JsonWriter& json, ChannelId channel, const chat::ChannelEvent& event);

/// `{"ok":false,"error":{…}}`
std::string encode_refusal(const Failure& failure);

} // namespace hubbub::gateway
