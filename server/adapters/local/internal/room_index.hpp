#pragma once
#include "socketio/adapter.hpp"
#include "socketio/socket.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace hubbub::adapters::internal {

/// Which sockets of one namespace on one shard are in which rooms.
///
/// A room is a plain array of its members, so that a broadcast is a walk over contiguous memory. Each socket remembers
/// its places in these arrays (`RoomSlot`); slot 0 is the room of all. Leaving swaps the last member into the gap.
/// Whether a socket is in a room is found by a look at its few slots, or in a map once they are many. A socket is not
/// among the members of the room that is its own id, which it is in all the same; others may join that too.
class RoomIndex {
  public:
    void add(socketio::Socket& socket);
    void remove(socketio::Socket& socket);
    void join(socketio::Socket& socket, std::string_view room);
    void leave(socketio::Socket& socket, std::string_view room);
    static std::vector<std::string> rooms(const socketio::Socket& socket);
    void visit_rooms(const std::function<void(std::string_view, std::size_t)>& visit) const {
        for (const auto& [name, room] : rooms_) visit(name, room->members.size());
    }

    /// Calls `visit(socket)` once for each socket of `target`. `visit` must not change rooms.
    template <class Visit> void for_each(const socketio::Target& target, Visit&& visit) {
        if (target.nobody) return;
        if (target.rooms.empty() && target.except.empty()) return for_each_member(everyone_, visit);
        if (target.rooms.size() == 1 && target.except.empty()) return for_each_in(target.rooms.front(), visit);
        // Stamped first, the excluded are passed over; stamped when visited, each socket comes once.
        const std::uint64_t stamp = ++stamp_;
        for (const std::string& room : target.except) {
            for_each_in(room, [stamp](socketio::Socket& socket) { socket.stamp(stamp); });
        }
        const auto visit_once = [&](socketio::Socket& socket) {
            if (socket.stamp(stamp)) visit(socket);
        };
        if (target.rooms.empty()) return for_each_member(everyone_, visit_once);
        for (const std::string& room : target.rooms) for_each_in(room, visit_once);
    }

  private:
    struct Member {
        socketio::Socket* socket;
        std::uint32_t slot; // index into the socket's room_slots
    };
    struct Room {
        std::string name;
        std::vector<Member> members;
    };

    // Sockets by their id, which they hold themselves: a socket costs one small node.
    static std::string_view id_of(const socketio::Socket* socket) { return socket->id(); }
    static std::string_view id_of(std::string_view id) { return id; }
    struct HashId {
        using is_transparent = void;
        std::size_t operator()(const auto& of) const noexcept { return std::hash<std::string_view>{}(id_of(of)); }
    };
    struct EqualId {
        using is_transparent = void;
        bool operator()(const auto& a, const auto& b) const noexcept { return id_of(a) == id_of(b); }
    };

    template <class Visit> static void for_each_member(Room& room, Visit&& visit) {
        for (const Member& member : room.members) visit(*member.socket);
    }
    template <class Visit> void for_each_in(std::string_view name, Visit&& visit) {
        if (const auto room = rooms_.find(name); room != rooms_.end()) for_each_member(*room->second, visit);
        if (const auto socket = by_id_.find(name); socket != by_id_.end()) visit(**socket);
    }

    static constexpr std::size_t kSlotsScannedMax = 32;
    using SlotMap = std::unordered_map<const void*, std::uint32_t>; // room → slot

    void enter(socketio::Socket& socket, Room& room);
    std::optional<std::size_t> find_slot(const socketio::Socket& socket, const Room& room) const;
    void exit(socketio::Socket& socket, std::size_t slot);

    Room everyone_;
    std::unordered_map<std::string_view, std::unique_ptr<Room>> rooms_; // keys point into the rooms
    std::unordered_set<socketio::Socket*, HashId, EqualId> by_id_;
    std::unordered_map<const socketio::Socket*, SlotMap> crowded_; // sockets in more rooms than are scanned
    std::uint64_t stamp_ = 0;
};

} // namespace hubbub::adapters::internal
