#pragma once
#include "chat/channels/channels.hpp"
#include "chat/messages/dear_reads.hpp"
#include "chat/messages/mentions.hpp"
#include "chat/messages/store.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace hubbub::chat {

/// Who may write and read messages: the channel's members.
class Messages {
  public:
    Messages(MessageStore& store, Channels& channels) : store_{store}, channels_{channels} {}

    /// On the channel's owner shard; `message` holds what the rules let through. Membership is checked by the store,
    /// under the channel's lock. `done` runs on this shard after the commit, in commit order within a channel.
    void send(NewMessage message, Callback<void(Result<Appended>)> done) {
        message.mentions = mentions_in(message.content);
        store_.append(std::move(message), std::move(done));
    }

    // On the channel's owner shard; errors as MessageStore says. The caller broadcasts the event, if it has a number.
    /// By the author alone.
    Task<Result<ChannelEvent>> edit(EditMessage command);
    /// By the author, or by whom `may_delete_of_others` lets.
    Task<Result<ChannelEvent>> remove(DeleteMessage command);
    Task<Result<ChannelEvent>> react(ChangeReaction command) { return store_.react(std::move(command)); }
    Task<Result<std::vector<Reaction>>> reactions_of(MessageId message, Timestamp created_at, UserId reader) {
        return store_.reactions_of(message, created_at, reader);
    }

    /// Errors: as `Channels::membership`, `message_not_found`.
    Task<Result<History>> history(ChannelId channel, UserId reader, HistoryQuery query);
    /// These two wait for the reader's turn. Also: `rate_limited`, if too many do.
    Task<Result<Page<Message>>> search(SearchQuery query);
    Task<Result<Events>> events_since(ChannelId channel, UserId reader, std::int64_t event_seq);
    Task<Result<Message>> find(ChannelId channel, UserId reader, MessageId message);
    /// Events for the server itself, which broadcasts to the members what it has missed.
    Task<Result<Events>> log_since(ChannelId channel, std::int64_t event_seq);

    /// Of messages sent and edited on this shard: how many mentioned more than limits::kMentionsMax names.
    std::uint64_t mentions_cut() const { return mentions_cut_; }

  private:
    std::vector<std::string> mentions_in(const std::string& content);

    MessageStore& store_;
    Channels& channels_;
    DearReads dear_reads_;
    std::uint64_t mentions_cut_ = 0;
};

} // namespace hubbub::chat
