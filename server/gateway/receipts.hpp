#pragma once
#include "base/callback.hpp"
#include "base/task.hpp"
#include "chat/channels/channels.hpp"
#include "chat/receipts/pending_marks.hpp"
#include "socketio/server.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hubbub::gateway {

struct Node;

/// The read and delivered marks of the users whose home one shard is: known at once, written together some times a
/// second, then acknowledged and told to the channel.
class Receipts final : public chat::MarkSource {
  public:
    enum class Kind { read, delivered };

    Receipts(Node& node, runtime::Shard& shard, chat::ReceiptStore& store);

    // On any shard's; they go to the user's home and come back.
    /// Where the user stands now. Errors: as Channels::membership.
    Task<Result<chat::ReadState>> state(ChannelId channel, UserId user);
    /// Moves the mark to the latest of `messages`, if it is not there already. Done when it is written.
    /// Errors: as Channels::membership, `message_not_found`, `unavailable` (too many marks wait, among others).
    Task<Result<chat::ReadState>> mark(Kind kind, ChannelId channel, UserId user, std::vector<MessageId> messages);
    /// As ReceiptStore::find_receipts: what is written, a few hundred milliseconds ago at most.
    Task<Result<chat::Page<chat::Receipt>>> of_message(ChannelId channel, MessageId message, chat::PageQuery query) {
        return store_.find_receipts(channel, message, std::move(query));
    }
    /// Where the members' marks are, as ReceiptStore::find_positions.
    Task<Result<std::optional<std::vector<chat::Position>>>> positions(ChannelId channel) {
        return store_.find_positions(channel);
    }
    /// Who writes a message has read what is before it. Before the sender is told that it is stored.
    void sent(ChannelId channel, UserId user, chat::Mark message);
    Task<chat::PendingOfUser> pending(UserId user) override;

    /// Writes what waits, without a pause. On this shard.
    void flush();
    /// On this shard.
    bool all_written() const { return pending_.size() == 0; }

  private:
    Receipts& home_of(UserId user);
    Task<Result<chat::ReadState>> look(ChannelId channel, UserId user, std::vector<MessageId> messages,
                                       chat::MarkWrite told);
    Task<Result<chat::ReadState>> look_here(ChannelId channel, UserId user, std::vector<MessageId> messages,
                                            chat::MarkWrite told);
    Task<chat::PendingOfUser> pending_here(UserId user);
    bool advance(const chat::MarkWrite& move);
    void write_soon(std::chrono::milliseconds pause);
    Task<bool> until_written(std::uint64_t ticket);
    void on_written(const std::vector<chat::MarkWrite>& writes, const Result<std::vector<std::size_t>>& places);
    void tell(const chat::MarkWrite& write);

    Node& node_;
    runtime::Shard& shard_;
    chat::ReceiptStore& store_;
    chat::PendingMarks pending_;
    runtime::Timer timer_;
    bool writing_ = false;
    struct Waiter {
        std::uint64_t ticket;
        bool* written;
        Callback<void()> done;
    };
    std::vector<Waiter> waiters_;               // at most one of each request that runs
    std::chrono::steady_clock::time_point due_; // of the timer, while it is armed
};

} // namespace hubbub::gateway
