#include "adapters/local/internal/room_index.hpp"

#include "base/limits.hpp"

namespace hubbub::adapters::internal {

using socketio::RoomSlot;
using socketio::Socket;

void RoomIndex::enter(Socket& socket, Room& room) {
    socket.room_slots().push_back({.room = &room, .index = static_cast<std::uint32_t>(room.members.size())});
    room.members.push_back({.socket = &socket, .slot = static_cast<std::uint32_t>(socket.room_slots().size() - 1)});
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

    if (room.members.empty() && &room != &everyone_) rooms_.erase(rooms_.find(room.name));
}

void RoomIndex::add(Socket& socket) {
    enter(socket, everyone_);
    by_id_.insert(&socket);
}

void RoomIndex::remove(Socket& socket) {
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
    for (const RoomSlot& slot : socket.room_slots()) {
        if (slot.room == &room) return;
    }
    enter(socket, room);
}

void RoomIndex::leave(Socket& socket, std::string_view name) {
    const auto found = rooms_.find(name);
    if (found == rooms_.end()) return;
    const auto& slots = socket.room_slots();
    for (std::size_t i = 0; i < slots.size(); ++i) {
        if (slots[i].room == found->second.get()) return exit(socket, i);
    }
}

std::vector<std::string> RoomIndex::rooms(const Socket& socket) {
    std::vector<std::string> names;
    const auto& slots = socket.room_slots();
    for (std::size_t i = 1; i < slots.size(); ++i) names.push_back(static_cast<const Room*>(slots[i].room)->name);
    return names;
}

} // namespace hubbub::adapters::internal
