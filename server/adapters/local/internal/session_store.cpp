#include "adapters/local/internal/session_store.hpp"

#include "socketio/socket.hpp"

#include <utility>

namespace hubbub::adapters::internal {

using socketio::SavedSession;

void SessionStore::begin(const std::string& pid, socketio::Socket& socket, std::vector<std::uint64_t> seen) {
    live_.emplace(pid, Live{&socket, std::move(seen)});
}

void SessionStore::end(const std::string& pid, std::optional<SavedSession> session) {
    auto ended = live_.extract(pid);
    if (!session) return;
    session->seen = std::move(ended.mapped().seen);
    save(std::move(*session));
}

void SessionStore::save(SavedSession session) {
    expire(Clock::now());
    if (saved_.size() >= limits_.sessions_max) {
        drop_oldest();
        ++forgotten_;
    }
    saved_.push_back(std::move(session));
    by_pid_.emplace(saved_.back().pid, std::prev(saved_.end()));
}

std::optional<SavedSession> SessionStore::take(const std::string& pid) {
    // The client is back before its old connection was found dead: that one is over now, which saves the session.
    if (const auto live = live_.find(pid); live != live_.end()) live->second.socket->supersede();
    expire(Clock::now());
    const auto found = by_pid_.find(pid);
    if (found == by_pid_.end()) return {};
    const auto place = found->second;
    by_pid_.erase(found);
    SavedSession session = std::move(*place);
    saved_.erase(place);
    return session;
}

void SessionStore::expire(Clock::time_point now) {
    while (!saved_.empty() && saved_.front().left_at + limits_.window < now) drop_oldest();
}

void SessionStore::drop_oldest() {
    by_pid_.erase(saved_.front().pid);
    saved_.pop_front();
}

} // namespace hubbub::adapters::internal
