#pragma once
#include "chat/receipts/store.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hubbub::chat {

/// Marks that are not written yet, or being written: one entry for a user and channel, however often it moves. What is
/// in here together with what is in the store is the truth.
class PendingMarks {
  public:
    explicit PendingMarks(std::size_t entries_max) : entries_max_{entries_max} {}

    /// Moves the marks forward; false if there is no room for another entry.
    bool advance(const MarkWrite& move);
    /// Marks of seq 0 if nothing is pending.
    Marks find(UserId user, ChannelId channel) const;
    std::vector<std::pair<ChannelId, Marks>> of(UserId user) const;

    /// When the entry's last move is written, `taken` at the beginning of a write has reached it. 0: nothing is
    /// pending.
    std::uint64_t ticket(UserId user, ChannelId channel) const;
    /// The highest ticket of what was taken.
    std::uint64_t taken() const { return taken_; }

    bool has_unwritten() const { return !queue_.empty(); }
    std::size_t size() const { return size_; }
    /// The oldest unwritten entries. They stay here until `written`; `failed` puts them back.
    std::vector<MarkWrite> take(std::size_t count_max);
    void written(const std::vector<MarkWrite>& writes);
    void failed(const std::vector<MarkWrite>& writes);

  private:
    struct Entry {
        MarkWrite move;
        bool queued = false;
        std::uint64_t ticket = 0;
    };
    using Channels = std::unordered_map<ChannelId, Entry>;
    const Entry* lookup(UserId user, ChannelId channel) const;
    void enqueue(Entry& entry);

    const std::size_t entries_max_;
    std::size_t size_ = 0;
    std::uint64_t queued_ = 0; // ever: an entry's ticket is its place
    std::uint64_t taken_ = 0;
    std::unordered_map<UserId, Channels> users_;
    std::deque<std::pair<UserId, ChannelId>> queue_;
};

} // namespace hubbub::chat
