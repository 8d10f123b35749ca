#pragma once
#include "chat/presence/store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hubbub::chat {

/// One connection of a user.
using Device = std::uint64_t;

/// The users who are connected, as others see them. No I/O: what is to be noted and told is taken from here in rounds.
///
/// `away` is of a device: the user is away when all of their devices are. Do-not-disturb, the status text and appearing
/// offline are of the user, and outlive their connections. Until they are read (the first round) the user is offline.
/// Whoever loses their last connection is offline only after a grace, so that a reload is not seen.
class People {
  public:
    using Clock = std::chrono::steady_clock;

    void arrive(UserId user, Device device);
    void leave(UserId user, Device device, Clock::time_point now);
    /// What a device says of itself and its user; no text: as it was. Ends appearing offline.
    /// False if they are not here any more.
    bool say(UserId user, Device device, Status status, std::optional<std::string> text);
    bool hide(UserId user);

    /// Ends the graces that are over. Returns when the next one will be.
    std::optional<Clock::time_point> expire(Clock::time_point now);
    /// Every visible user is noted as seen now, so that a restart keeps it.
    void see_everybody();

    bool has_changes() const { return !changed_.empty(); }
    /// Those who said something, then those who came and went.
    std::vector<PresenceWrite> take(std::size_t count_max);
    struct Told {
        Presence now;
        bool came = false; ///< was offline before
        bool went = false; ///< is offline now
    };
    /// The note of a write that was taken: what others are to be told, if they see a difference.
    std::optional<Told> noted(const PresenceNote& note);
    /// The write was not made: it is taken again.
    void failed(const PresenceWrite& write);

    /// With `last_seen_at` for when they are offline.
    Presence look(UserId user, std::optional<Timestamp> last_seen_at) const;
    bool is_visible(UserId user) const;

  private:
    struct Person {
        std::vector<std::pair<Device, bool>> devices; ///< and whether it is away
        Clock::time_point left_at{};                  ///< when the last device went
        bool away = false;                            ///< as long as there are devices, and in the grace
        bool gone = false;                            ///< no device, and the grace is over
        PresenceWrite known;                          ///< all of it once it is read
        PresenceWrite unwritten;
        Status told = Status::offline;
        std::string told_text;
        bool queued = false;
    };
    static Status status_of(const Person& person);
    static void update_away(Person& person);
    enum class Urgency { said, came_or_went };
    void change(UserId user, Person& person, Urgency urgency);

    std::unordered_map<UserId, Person> people_;
    std::deque<UserId> changed_;
    std::deque<std::pair<Clock::time_point, UserId>> graces_;
};

} // namespace hubbub::chat
