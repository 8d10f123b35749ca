#include "chat/receipts/pending_marks.hpp"

namespace hubbub::chat {

bool PendingMarks::advance(const MarkWrite& move) {
    if (size_ >= entries_max_ && lookup(move.user, move.channel) == nullptr) return false;
    const auto [found, is_new] = users_[move.user].try_emplace(move.channel);
    if (is_new) ++size_;
    Entry& entry = found->second;
    entry.move.channel = move.channel;
    entry.move.user = move.user;
    entry.move.marks = later(entry.move.marks, move.marks);
    entry.move.told_read |= move.told_read;
    entry.move.told_delivered |= move.told_delivered;
    enqueue(entry);
    return true;
}

Marks PendingMarks::find(UserId user, ChannelId channel) const {
    const Entry* entry = lookup(user, channel);
    return entry == nullptr ? Marks{} : entry->move.marks;
}

std::uint64_t PendingMarks::ticket(UserId user, ChannelId channel) const {
    const Entry* entry = lookup(user, channel);
    return entry == nullptr ? 0 : entry->ticket;
}

std::vector<std::pair<ChannelId, Marks>> PendingMarks::of(UserId user) const {
    std::vector<std::pair<ChannelId, Marks>> marks;
    const auto channels = users_.find(user);
    if (channels == users_.end()) return marks;
    for (const auto& [channel, entry] : channels->second) marks.emplace_back(channel, entry.move.marks);
    return marks;
}

std::vector<MarkWrite> PendingMarks::take(std::size_t count_max) {
    std::vector<MarkWrite> writes;
    while (!queue_.empty() && writes.size() < count_max) {
        const auto [user, channel] = queue_.front();
        queue_.pop_front();
        ++taken_;
        Entry& entry = users_.at(user).at(channel);
        writes.push_back(entry.move);
        entry.queued = false;
        entry.move.told_read = false; // what is told from now on is another write's
        entry.move.told_delivered = false;
    }
    return writes;
}

void PendingMarks::written(const std::vector<MarkWrite>& writes) {
    for (const MarkWrite& write : writes) {
        const auto channels = users_.find(write.user);
        const auto entry = channels->second.find(write.channel);
        if (entry->second.queued) continue; // it has moved on
        channels->second.erase(entry);
        --size_;
        if (channels->second.empty()) users_.erase(channels);
    }
}

void PendingMarks::failed(const std::vector<MarkWrite>& writes) {
    for (const MarkWrite& write : writes) advance(write);
}

const PendingMarks::Entry* PendingMarks::lookup(UserId user, ChannelId channel) const {
    const auto channels = users_.find(user);
    if (channels == users_.end()) return nullptr;
    const auto entry = channels->second.find(channel);
    return entry == channels->second.end() ? nullptr : &entry->second;
}

void PendingMarks::enqueue(Entry& entry) {
    if (entry.queued) return;
    entry.queued = true;
    entry.ticket = ++queued_;
    queue_.emplace_back(entry.move.user, entry.move.channel);
}

} // namespace hubbub::chat
