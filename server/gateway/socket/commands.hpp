#pragma once
#include "chat/messages/store.hpp"
#include "chat/presence/store.hpp"
#include "gateway/failure.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hubbub::gateway {

// What the client events carry (contract, "Client → server"), checked field by field.

struct JoinChannel {
    ChannelId channel;
    std::optional<std::int64_t> last_event_seq;
    std::size_t history_limit = 0; ///< 0: no messages
};

struct GetHistory {
    ChannelId channel;
    chat::HistoryQuery query;
};

struct Resume {
    struct Channel {
        ChannelId id;
        std::int64_t last_event_seq;
    };
    std::vector<Channel> channels;
};

struct MarkMessages {
    ChannelId channel;
    std::vector<MessageId> messages; ///< each once
};

struct UserOnline {
    chat::Status status = chat::Status::online;
    std::optional<std::string> text; ///< none: as it was
};

struct GetPresence {
    std::optional<ChannelId> channel; ///< its members; else `users`
    std::vector<UserId> users;        ///< each once
};

/// `actor` is left to the caller.
Outcome<chat::EditMessage> decode_edit_message(const boost::json::value& payload);
Outcome<chat::DeleteMessage> decode_delete_message(const boost::json::value& payload);
Outcome<chat::ChangeReaction> decode_reaction(const boost::json::value& payload);
/// Of `mark_as_read` and `mark_as_delivered`.
Outcome<MarkMessages> decode_mark(const boost::json::value& payload);
/// `sender` is left to the caller.
Outcome<chat::NewMessage> decode_send_message(const boost::json::value& payload);
Outcome<JoinChannel> decode_join_channel(const boost::json::value& payload);
/// The only field of `leave_channel`, `typing_start` and `typing_stop`.
Outcome<ChannelId> decode_channel(const boost::json::value& payload);
Outcome<GetHistory> decode_get_history(const boost::json::value& payload);
Outcome<Resume> decode_resume(const boost::json::value& payload);
Outcome<UserOnline> decode_user_online(const boost::json::value& payload);
Outcome<GetPresence> decode_get_presence(const boost::json::value& payload);
Outcome<std::string> decode_refresh_token(const boost::json::value& payload);

/// The `clientMessageId` of a payload that may be wrong otherwise, for the `error` event.
std::string client_message_id_of(const boost::json::value& payload);

} // namespace hubbub::gateway
