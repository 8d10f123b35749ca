#include "gateway/presence.hpp"

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "gateway/internal/completion.hpp"
#include "gateway/json/encode.hpp"
#include "gateway/node.hpp"

#include <utility>

namespace hubbub::gateway {

using socketio::RawJson;

Presence::Presence(Node& node, runtime::Shard& shard, chat::PresenceStore& store)
    : node_{node},
      shard_{shard},
      store_{store},
      round_timer_{[](void* self) { static_cast<Presence*>(self)->flush(); }, this},
      grace_timer_{[](void* self) { static_cast<Presence*>(self)->expire(); }, this} {}

chat::Device Presence::new_device() {
    static std::atomic<chat::Device> last = 0;
    return ++last;
}

Presence& Presence::home_of(UserId user) {
    return node_.services_of(node_.home(user)).presence;
}

template <class Work> void Presence::at_home(UserId user, Work work) {
    if (node_.draining) return; // the shards may be gone already
    Presence& home = home_of(user);
    auto run = [&home, work = std::move(work)]() mutable { work(home); };
    if (home.shard_.on_this_thread()) return run();
    home.shard_.post(std::move(run));
}

void Presence::arrive(UserId user, chat::Device device) {
    at_home(user, [user, device](Presence& home) {
        home.people_.arrive(user, device);
        home.schedule();
    });
}

void Presence::leave(UserId user, chat::Device device) {
    at_home(user, [user, device](Presence& home) {
        home.people_.leave(user, device, home.shard_.loop_time());
        home.schedule();
        if (!home.grace_timer_.armed()) home.shard_.arm(home.grace_timer_, limits::kPresenceGrace);
    });
}

void Presence::if_visible(UserId user, Callback<void()> work) {
    at_home(user, [user, work = std::move(work)](Presence& home) mutable {
        if (home.people_.is_visible(user)) work();
    });
}

Task<Result<void>> Presence::say(UserId user, chat::Device device, chat::Status status,
                                 std::optional<std::string> text) {
    return internal::on(node_.home(user).io(), home_of(user).say_here(user, device, status, std::move(text)));
}

Task<Result<void>> Presence::say_here(UserId user, chat::Device device, chat::Status status,
                                      std::optional<std::string> text) {
    if (!people_.say(user, device, status, std::move(text))) co_return Result<void>{};
    auto done = co_await written(user);
    co_return done;
}

Task<Result<void>> Presence::hide(UserId user) {
    return internal::on(node_.home(user).io(), home_of(user).hide_here(user));
}

Task<Result<void>> Presence::hide_here(UserId user) {
    if (!people_.hide(user)) co_return Result<void>{};
    auto done = co_await written(user);
    co_return done;
}

Task<Result<void>> Presence::written(UserId user) {
    bool succeeded = false;
    auto start = [this, user, &succeeded](Callback<void()> done) {
        auto finish = [&succeeded, done = std::move(done)](bool is_written) mutable {
            succeeded = is_written;
            done();
        };
        waiting_.emplace(user, std::move(finish));
    };
    schedule();
    co_await internal::completion_of(std::move(start));
    if (!succeeded) co_return chat::Errc::unavailable;
    co_return Result<void>{};
}

Task<std::vector<chat::Presence>> Presence::look(std::vector<chat::LastSeen> users) {
    std::vector<std::vector<chat::LastSeen>> by_home(node_.shards.size());
    for (const chat::LastSeen& user : users) by_home[node_.home(user.user).index()].push_back(user);
    std::vector<chat::Presence> seen;
    for (std::size_t i = 0; i < by_home.size(); ++i) {
        if (by_home[i].empty()) continue;
        Presence& home = node_.services[i]->presence;
        auto part = co_await internal::on(home.shard_.io(), home.look_here(std::move(by_home[i])));
        seen.insert(seen.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
    }
    co_return seen;
}

Task<std::vector<chat::Presence>> Presence::look_here(std::vector<chat::LastSeen> users) {
    std::vector<chat::Presence> seen;
    for (const chat::LastSeen& user : users) seen.push_back(people_.look(user.user, user.at));
    co_return seen;
}

void Presence::schedule() {
    if (people_.has_changes() && !writing_ && !round_timer_.armed()) shard_.arm(round_timer_, limits::kPresencePause);
}

void Presence::expire() {
    const auto next = people_.expire(shard_.loop_time());
    schedule();
    if (next) shard_.arm(grace_timer_, *next - shard_.loop_time());
}

void Presence::flush() {
    if (writing_ || !people_.has_changes()) return;
    writing_ = true;
    auto writes = people_.take(limits::kPresenceRoundMax);
    Waiting waiting;
    for (const chat::PresenceWrite& write : writes) {
        for (auto one = waiting_.extract(write.user); !one.empty(); one = waiting_.extract(write.user))
            waiting.insert(std::move(one));
    }
    auto done = [this, writes,
                 waiting = std::move(waiting)](const Result<std::vector<chat::PresenceNote>>& notes) mutable {
        on_noted(writes, std::move(waiting), notes);
    };
    store_.write_presence(writes, now(), std::move(done));
}

void Presence::on_noted(const std::vector<chat::PresenceWrite>& writes, Waiting waiting,
                        const Result<std::vector<chat::PresenceNote>>& notes) {
    writing_ = false;
    if (notes) {
        for (const chat::PresenceNote& note : *notes) {
            const auto told = people_.noted(note);
            if (told && !node_.draining) tell(*told, note.channels);
        }
    } else {
        for (const chat::PresenceWrite& write : writes) people_.failed(write);
    }
    for (auto& [user, answer] : waiting) answer(notes.has_value());
    if (notes && node_.draining) return flush();
    schedule();
}

void Presence::tell(const chat::People::Told& told, const std::vector<std::string>& channels) {
    const chat::Presence& user = told.now;
    const auto emit = [&](std::string_view event, const std::string& json) {
        node_.nsp.to(user_room(user.user)).to(channels).as_volatile().emit(event, RawJson{json});
    };
    if (told.came || told.went) {
        std::string json;
        JsonWriter writer{json};
        writer.begin_object().field("userId", user.user);
        if (user.last_seen_at) writer.field("lastSeenAt", *user.last_seen_at);
        writer.end_object();
        emit(told.came ? "user_online" : "user_offline", json);
    }
    emit("presence_update", encode(user));
}

} // namespace hubbub::gateway
