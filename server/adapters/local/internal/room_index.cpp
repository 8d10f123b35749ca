#include "adapters/local/internal/room_index.hpp"

#include "base/limits.hpp"

#include <algorithm>

namespace hubbub::adapters::internal {

using socketio::RoomSlot;
using socketio::Socket;

void RoomIndex::enter(Socket& socket, Room& room) {
    socket.room_slots().push_back({.room = &room, .index = static_cast<std::uint32_t>(room.members.size())});
    const std::size_t slots = socket.room_slots().size();
    room.members.push_back({.socket = &socket, .slot = static_cast<std::uint32_t>(slots - 1)});
    if (slots <= kSlotsScannedMax) return;
    SlotMap& map = crowded_[&socket];
    for (std::size_t i = map.empty() ? 0 : slots - 1; i < slots; ++i)
        map[socket.room_slots()[i].room] = static_cast<std::uint32_t>(i);
}

std::optional<std::size_t> RoomIndex::find_slot(const Socket& socket, const Room& room) const {
    const auto& slots = socket.room_slots();
    if (slots.size() > kSlotsScannedMax) {
        const SlotMap& map = crowded_.at(&socket);
        const auto found = map.find(&room);
        if (found == map.end()) return {};
        return found->second;
    }
    const auto found = std::ranges::find(slots, &room, &RoomSlot::room);
    if (found == slots.end()) return {};
    return static_cast<std::size_t>(found - slots.begin());
}

void RoomIndex::exit(Socket& socket, std::size_t slot) {
    auto& slots = socket.room_slots();
    const RoomSlot gone = slots[slot];
    Room& room = *static_cast<Room*>(gone.room);

    const Member last_member = room.members.back();
    room.members[gone.index] = last_member;
    last_member.socket->room_slots()[last_member.slot].index = gone.index;
    room.members.pop_back();

    const RoomSlot last_slot = slots.back();
    slots[slot] = last_slot;
    slots.pop_back();
    if (slot < slots.size())
        static_cast<Room*>(last_slot.room)->members[last_slot.index].slot = static_cast<std::uint32_t>(slot);

    if (const auto crowded = crowded_.find(&socket); crowded != crowded_.end()) {
        crowded->second.erase(&room);
        if (slots.size() <= kSlotsScannedMax) {
            crowded_.erase(crowded);
        } else if (slot < slots.size()) {
            crowded->second[last_slot.room] = static_cast<std::uint32_t>(slot);
        }
    }
    if (room.members.empty() && &room != &everyone_) rooms_.erase(rooms_.find(room.name));
}

void RoomIndex::add(Socket& socket) {
    enter(socket, everyone_);
    by_id_.insert(&socket);
}

void RoomIndex::remove(Socket& socket) {
    crowded_.erase(&socket);
    while (!socket.room_slots().empty()) exit(socket, socket.room_slots().size() - 1);
    by_id_.erase(&socket);
}

void RoomIndex::join(Socket& socket, std::string_view name) {
    if (name == socket.id() || socket.room_slots().size() > limits::kRoomsPerSocketMax) return;
    auto found = rooms_.find(name);
    if (found == rooms_.end()) {
        auto room = std::make_unique<Room>(Room{.name = std::string{name}, .members = {}});
        const std::string_view key = room->name;
        found = rooms_.emplace(key, std::move(room)).first;
    }
    Room& room = *found->second;
    if (!find_slot(socket, room)) enter(socket, room);
}

void RoomIndex::leave(Socket& socket, std::string_view name) {
    const auto found = rooms_.find(name);
    if (found == rooms_.end()) return;
    if (const auto slot = find_slot(socket, *found->second)) exit(socket, *slot);
}

std::vector<std::string> RoomIndex::rooms(const Socket& socket) {
    std::vector<std::string> names;
    const auto& slots = socket.room_slots();
    for (std::size_t i = 1; i < slots.size(); ++i) names.push_back(static_cast<const Room*>(slots[i].room)->name);
    return names;
}

} // namespace hubbub::adapters::internal
