#pragma once
#include "base/callback.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "chat/channels/store.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hubbub::chat {

using Uuid = std::array<std::uint8_t, 16>;

struct Reaction {
    std::string reaction;
    std::int64_t count = 0;
    std::vector<UserId> user_ids; ///< the first limits::kReactionUsersMax, and whoever asks
};

struct Message {
    MessageId id;
    std::int64_t seq = 0;
    ChannelId channel;
    UserId sender;
    std::string content; ///< empty once deleted
    Timestamp created_at;
    std::optional<Timestamp> edited_at;
    std::optional<Timestamp> deleted_at;
    Uuid client_message_id{};
    std::optional<MessageId> parent;
    std::vector<Reaction> reactions;
};

struct NewMessage {
    ChannelId channel;
    UserId sender;
    std::string content;
    Uuid client_message_id{};
    std::optional<MessageId> parent;
    std::vector<std::string> mentions; ///< as find_mentions() gives them
};

struct Appended {
    Message message;
    std::int64_t event_seq = 0;
    bool deduplicated = false; ///< this call stored nothing: an earlier send with the same clientMessageId did
};

/// At most one of `before`, `after`, `around` and `at` is set; none means the newest page.
struct HistoryQuery {
    std::optional<MessageId> before;
    std::optional<MessageId> after;
    std::optional<MessageId> around;
    std::size_t limit = 0;                ///< 1 … limits::kHistoryPageMax, checked before
    std::optional<MessageId> thread = {}; ///< only the answers to this message
    std::optional<Timestamp> at = {};     ///< around the first message then or later, or the newest if there is none
    UserId reader = {};
};

struct History {
    std::vector<Message> messages; ///< ascending by seq
    bool has_more_before = false;
    bool has_more_after = false;
};

struct SearchQuery {
    UserId reader;
    std::string text;
    std::optional<ChannelId> channel; ///< none: all of the reader's
    PageQuery page;
};

struct EditMessage {
    ChannelId channel;
    MessageId message;
    UserId actor;
    std::string content;
    std::vector<std::string> mentions = {};
};

struct DeleteMessage {
    ChannelId channel;
    MessageId message;
    UserId actor;
};

struct ChangeReaction {
    ChannelId channel;
    MessageId message;
    UserId actor;
    std::string reaction;
    bool add = true; ///< else remove
};

// The durable events of a channel beside a new message.
struct MembershipEvent {
    bool joined; ///< else left
    PublicUser user;
    Timestamp at;
    UserId actor; ///< the user, or who brought in or removed
};
struct MessageEdited {
    MessageId message;
    Timestamp message_created_at;
    std::string content;
    UserId actor;
    Timestamp at;
};
struct MessageDeleted {
    MessageId message;
    Timestamp message_created_at;
    UserId actor;
    Timestamp at;
};
struct ReactionChanged {
    bool added; ///< else removed
    MessageId message;
    Timestamp message_created_at;
    UserId user;
    std::string reaction;
    Timestamp at;
};

/// A durable event of a channel, as it was (or would have been) broadcast. A message is as it is now, without its
/// reactions, and what was written into one that is deleted now is empty.
struct ChannelEvent {
    std::int64_t event_seq = 0; ///< 0, as the result of a change: nothing was changed, and nothing is to be told
    std::variant<Message, MembershipEvent, MessageEdited, MessageDeleted, ReactionChanged> what;
};

struct Events {
    std::vector<ChannelEvent> events; ///< ascending, without gaps
    std::int64_t last_event_seq = 0;  ///< the channel's head at the time of the read
    bool recovered = true;            ///< false: too many or too old; `events` is empty then
};

/// Where messages are kept. Every function may also fail with `Errc::unavailable`.
class MessageStore {
  public:
    virtual ~MessageStore() = default;
    /// Stores the message in the shard's next group commit. On the channel's owner shard. `done` runs on that shard
    /// after the commit, in commit order within a channel.
    /// Errors: `channel_not_found`, `not_a_member`, `channel_archived`, `message_not_found` (the parent),
    /// `unavailable`.
    virtual void append(NewMessage message, Callback<void(Result<Appended>)> done) = 0;

    // Changes of a message are made on the channel's owner shard, in the order of the calls, and are committed with
    // their event. Errors of each: `channel_not_found`, `not_a_member`, `channel_archived`, `message_not_found`,
    // `message_deleted`.
    /// Also: `message_not_owner`.
    virtual Task<Result<ChannelEvent>> edit(EditMessage command) = 0;
    /// Deletes an own message, or anybody's if `of_others` lets the actor: asked only when it is not the actor's own.
    /// Also: `role_forbidden`.
    using MayDelete = bool (*)(ChannelType type, Role actor);
    virtual Task<Result<ChannelEvent>> remove(DeleteMessage command, MayDelete of_others) = 0;
    /// Also: `too_many_reactions`.
    virtual Task<Result<ChannelEvent>> react(ChangeReaction command) = 0;
    /// Those of a message, the oldest first.
    virtual Task<Result<std::vector<Reaction>>> reactions_of(MessageId message, Timestamp created_at,
                                                             UserId reader) = 0;

    /// Errors: `message_not_found` when the message of `around`, `before`, `after` or `thread` is not one of the
    /// channel.
    virtual Task<Result<History>> history(ChannelId channel, HistoryQuery query) = 0;
    /// The messages with all that is in `text`, of channels in which the reader is, the newest first; deleted ones are
    /// not found. Errors: `bad_format` (the cursor).
    virtual Task<Result<Page<Message>>> search(SearchQuery query) = 0;
    /// Errors: `message_not_found`.
    virtual Task<Result<Message>> find_message(ChannelId channel, UserId reader, MessageId message) = 0;
    /// Every durable event after `event_seq`: at most limits::kResumeEventsMax, with limits::kResumeBytesMax of text.
    virtual Task<Result<Events>> events_since(ChannelId channel, std::int64_t event_seq) = 0;
    /// The same for the server itself, which waits behind nobody's reads: up to limits::kFeedBytesHeldMax of text.
    virtual Task<Result<Events>> log_since(ChannelId channel, std::int64_t event_seq) = 0;
};

} // namespace hubbub::chat
