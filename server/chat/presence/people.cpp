#include "chat/presence/people.hpp"

#include "base/limits.hpp"

#include <algorithm>
#include <utility>

namespace hubbub::chat {

void People::arrive(UserId user, Device device) {
    Person& person = people_[user];
    person.devices.emplace_back(device, false);
    person.gone = false;
    update_away(person);
    change(user, person, Urgency::came_or_went);
}

void People::leave(UserId user, Device device, Clock::time_point now) {
    const auto found = people_.find(user);
    if (found == people_.end()) return;
    Person& person = found->second;
    std::erase_if(person.devices, [device](const auto& entry) { return entry.first == device; });
    if (!person.devices.empty()) {
        update_away(person);
        return change(user, person, Urgency::came_or_went);
    }
    person.left_at = now;
    graces_.emplace_back(now + limits::kPresenceGrace, user);
}

bool People::say(UserId user, Device device, Status status, std::optional<std::string> text) {
    const auto found = people_.find(user);
    if (found == people_.end()) return false;
    Person& person = found->second;
    for (auto& [id, away] : person.devices) {
        if (id == device) away = status == Status::away;
    }
    update_away(person);
    person.unwritten.hidden = person.known.hidden = false;
    if (status != Status::away) person.unwritten.dnd = person.known.dnd = status == Status::dnd;
    if (text) person.unwritten.text = person.known.text = std::move(text);
    change(user, person, Urgency::said);
    return true;
}

bool People::hide(UserId user) {
    const auto found = people_.find(user);
    if (found == people_.end()) return false;
    found->second.unwritten.hidden = found->second.known.hidden = true;
    change(user, found->second, Urgency::said);
    return true;
}

std::optional<People::Clock::time_point> People::expire(Clock::time_point now) {
    while (!graces_.empty() && graces_.front().first <= now) {
        const UserId user = graces_.front().second;
        graces_.pop_front();
        const auto found = people_.find(user);
        if (found == people_.end() || !found->second.devices.empty()) continue;
        if (found->second.left_at + limits::kPresenceGrace > now) continue; // back in between: a later grace
        found->second.gone = true;
        change(user, found->second, Urgency::came_or_went);
    }
    if (graces_.empty()) return {};
    return graces_.front().first;
}

void People::see_everybody() {
    for (auto& [user, person] : people_) change(user, person, Urgency::came_or_went);
}

std::vector<PresenceWrite> People::take(std::size_t count_max) {
    std::vector<PresenceWrite> writes;
    while (!changed_.empty() && writes.size() < count_max) {
        const UserId user = changed_.front();
        changed_.pop_front();
        const auto found = people_.find(user);
        if (found == people_.end() || !std::exchange(found->second.queued, false)) continue;
        writes.push_back(std::exchange(found->second.unwritten, {}));
        writes.back().user = user;
    }
    return writes;
}

std::optional<People::Told> People::noted(const PresenceNote& note) {
    const auto found = people_.find(note.user);
    if (found == people_.end()) return {};
    Person& person = found->second;
    // What they have said since is newer than the note.
    if (!person.known.hidden) person.known.hidden = note.hidden;
    if (!person.known.dnd) person.known.dnd = note.dnd;
    if (!person.known.text) person.known.text = note.text;

    Told told{look(note.user, note.last_seen_at)};
    const bool differs = person.told != told.now.status || person.told_text != told.now.text;
    told.came = person.told == Status::offline && told.now.status != Status::offline;
    told.went = person.told != Status::offline && told.now.status == Status::offline;
    person.told = told.now.status;
    person.told_text = told.now.text;
    if (person.gone && !person.queued) people_.erase(found);
    if (!differs) return {};
    return told;
}

void People::failed(const PresenceWrite& write) {
    const auto found = people_.find(write.user);
    if (found == people_.end()) return;
    PresenceWrite& unwritten = found->second.unwritten;
    if (!unwritten.hidden) unwritten.hidden = write.hidden;
    if (!unwritten.dnd) unwritten.dnd = write.dnd;
    if (!unwritten.text) unwritten.text = write.text;
    change(write.user, found->second, Urgency::came_or_went);
}

Presence People::look(UserId user, std::optional<Timestamp> last_seen_at) const {
    Presence seen;
    seen.user = user;
    const auto found = people_.find(user);
    if (found != people_.end()) seen.status = status_of(found->second);
    if (seen.status == Status::offline) {
        seen.last_seen_at = last_seen_at;
    } else {
        seen.text = *found->second.known.text;
    }
    return seen;
}

bool People::is_visible(UserId user) const {
    const auto found = people_.find(user);
    return found != people_.end() && status_of(found->second) != Status::offline;
}

Status People::status_of(const Person& person) {
    const PresenceWrite& known = person.known;
    if (person.gone || known.hidden.value_or(true) || !known.dnd || !known.text) return Status::offline;
    if (*known.dnd) return Status::dnd;
    return person.away ? Status::away : Status::online;
}

void People::update_away(Person& person) {
    person.away = std::ranges::all_of(person.devices, [](const auto& device) { return device.second; });
}

void People::change(UserId user, Person& person, Urgency urgency) {
    if (urgency == Urgency::said) {
        changed_.push_front(user);
    } else if (!person.queued) {
        changed_.push_back(user);
    }
    person.queued = true;
}

} // namespace hubbub::chat
