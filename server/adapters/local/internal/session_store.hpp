#pragma once
#include "socketio/adapter.hpp"

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hubbub::adapters::internal {

/// The sessions of one namespace that began on one shard: of sockets that are connected, and of those that went away
/// less than the window ago.
class SessionStore {
  public:
    using Clock = std::chrono::steady_clock;

    explicit SessionStore(const socketio::Recovery& limits) : limits_{limits} {}

    void begin(const std::string& pid, socketio::Socket& socket, std::vector<std::uint64_t> seen);
    /// The socket of a session has gone; `saved` is kept.
    void end(const std::string& pid, std::optional<socketio::SavedSession> saved);
    void save(socketio::SavedSession session);
    /// Ends the socket if it is still connected.
    std::optional<socketio::SavedSession> take(const std::string& pid);

    std::size_t saved() const { return saved_.size(); }
    std::uint64_t forgotten() const { return forgotten_; }

  private:
    struct Live {
        socketio::Socket* socket;
        std::vector<std::uint64_t> seen;
    };
    void expire(Clock::time_point now);
    void drop_oldest();

    const socketio::Recovery limits_;
    std::unordered_map<std::string, Live> live_;
    std::list<socketio::SavedSession> saved_;                                                  // oldest first
    std::unordered_map<std::string_view, std::list<socketio::SavedSession>::iterator> by_pid_; // keys point into saved_
    std::uint64_t forgotten_ = 0;
};

} // namespace hubbub::adapters::internal
