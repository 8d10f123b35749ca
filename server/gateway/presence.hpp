#pragma once
#include "base/task.hpp"
#include "chat/presence/people.hpp"
#include "socketio/server.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace hubbub::gateway {

struct Node;

/// Who of the users whose home one shard is can be seen, told to those who share a channel with them: in rounds, so
/// that nobody hears more than the last of several changes, and a storm of arrivals is spread over some time.
class Presence {
  public:
    Presence(Node& node, runtime::Shard& shard, chat::PresenceStore& store);

    static chat::Device new_device();

    // On any shard's; they go to the user's home.
    void arrive(UserId user, chat::Device device);
    void leave(UserId user, chat::Device device);
    /// Done when it is noted and told. Errors: `unavailable`.
    Task<Result<void>> say(UserId user, chat::Device device, chat::Status status, std::optional<std::string> text);
    Task<Result<void>> hide(UserId user);
    /// Runs `work` on the home's thread if the user can be seen.
    void if_visible(UserId user, Callback<void()> work);
    Task<std::vector<chat::Presence>> look(std::vector<chat::LastSeen> users);

    // On this shard.
    /// Before a drain: everybody who can be seen is noted as seen until now.
    void see_everybody() { people_.see_everybody(); }
    /// Makes a round at once.
    void flush();
    bool all_written() const { return !writing_ && !people_.has_changes(); }

  private:
    using Waiting = std::unordered_multimap<UserId, Callback<void(bool written)>>;

    Presence& home_of(UserId user);
    template <class Work> void at_home(UserId user, Work work);
    Task<Result<void>> say_here(UserId user, chat::Device device, chat::Status status, std::optional<std::string> text);
    Task<Result<void>> hide_here(UserId user);
    Task<Result<void>> written(UserId user);
    Task<std::vector<chat::Presence>> look_here(std::vector<chat::LastSeen> users);
    void schedule();
    void expire();
    void on_noted(const std::vector<chat::PresenceWrite>& writes, Waiting waiting,
                  const Result<std::vector<chat::PresenceNote>>& notes);
    void tell(const chat::People::Told& told, const std::vector<std::string>& channels);

    Node& node_;
    runtime::Shard& shard_;
    chat::PresenceStore& store_;
    chat::People people_;
    Waiting waiting_; ///< for the next round with what their users said
    runtime::Timer round_timer_;
    runtime::Timer grace_timer_;
    bool writing_ = false;
};

} // namespace hubbub::gateway
