#pragma once
#include "socketio/adapter.hpp"
#include "socketio/packet.hpp"
#include "socketio/payload.hpp"

#include <chrono>
#include <concepts>
#include <functional>
#include <initializer_list>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hubbub::socketio {

/// JSON text that the caller already has. Not checked.
struct RawJson {
    std::string_view text;
};

/// Names of rooms: one, several in braces, or any range of strings.
class Rooms {
  public:
    template <class Name>
    requires std::convertible_to<const Name&, std::string_view> Rooms(const Name& room)
        : names_{std::string{std::string_view{room}}} {}
    Rooms(std::initializer_list<std::string_view> rooms) : names_{rooms.begin(), rooms.end()} {}
    template <std::ranges::input_range Range>
    requires(!std::convertible_to<Range, std::string_view> &&
             std::convertible_to<std::ranges::range_reference_t<Range>, std::string_view>) Rooms(Range&& rooms) {
        for (auto&& room : rooms) names_.emplace_back(std::string_view{room});
    }

  private:
    friend class Broadcast;
    std::vector<std::string> names_;
};

/// A broadcast being addressed: `io.of("/").to("42").except(id).emit("name", …)`. Each call of `to` and its like gives
/// a new one and leaves the old one as it was, so that `b = b.to(room)` in a loop does what it says, and `b` may be
/// sent several times. May be used from any thread, while its namespace lives.
class [[nodiscard]] Broadcast {
  public:
    Broadcast(Adapter& adapter, std::string_view nsp) : adapter_{&adapter}, nsp_{nsp} {}
    ~Broadcast() = default;
    Broadcast(const Broadcast&) = default;
    /// `other` reaches nobody from now on.
    Broadcast(Broadcast&& other) noexcept;
    /// By value: one that is assigned to itself stays as it is.
    Broadcast& operator=(Broadcast other) noexcept;

    /// To the sockets that are in any of the rooms named by all calls of `to`; to all of the namespace without a call,
    /// and to nobody if all these lists of rooms are empty.
    Broadcast to(Rooms rooms) const& { return Broadcast{*this}.to(std::move(rooms)); }
    Broadcast to(Rooms rooms) &&;
    Broadcast in(Rooms rooms) const& { return to(std::move(rooms)); } ///< the same as `to`
    Broadcast in(Rooms rooms) && { return std::move(*this).to(std::move(rooms)); }
    Broadcast except(Rooms rooms) const& { return Broadcast{*this}.except(std::move(rooms)); }
    Broadcast except(Rooms rooms) &&;
    /// May be dropped for clients that cannot keep up.
    Broadcast as_volatile() const& { return Broadcast{*this}.as_volatile(); }
    Broadcast as_volatile() &&;
    /// Whether it may be compressed, where the connection has agreed on it. Default: true.
    Broadcast compress(bool allowed) const& { return Broadcast{*this}.compress(allowed); }
    Broadcast compress(bool allowed) &&;
    /// To the sockets of this node only.
    Broadcast local() const& { return Broadcast{*this}.local(); }
    Broadcast local() &&;

    /// `json` is the text of the arguments without brackets.
    void emit(std::string_view event, RawJson json) const;
    void emit(std::string_view event, const Arguments& arguments) const;
    /// Typed arguments (payload.hpp).
    template <class... T> void emit(std::string_view event, const T&... values) const {
        emit(event, arguments_of(values...));
    }
    /// Asks every client for an ack and collects the answers; see `AnswersCallback`.
    void emit_with_ack(std::string_view event, const Arguments& arguments, std::chrono::milliseconds timeout,
                       AnswersCallback done) const;

    void sockets_join(std::vector<std::string> rooms, Callback<void()> done = {}) const;
    /// After `done`, nothing of these rooms reaches the sockets any more.
    void sockets_leave(std::vector<std::string> rooms, Callback<void()> done = {}) const;
    void disconnect_sockets(bool close, Callback<void()> done = {}) const;
    /// What there is to know of the sockets, wherever they are.
    void fetch_sockets(SocketsCallback done) const;
    /// Visits the sockets on this node, each on its own shard, then runs `done`. An exception that leaves `visit` is
    /// logged and counted; the others are visited all the same.
    void for_each_local(std::function<void(Socket&)> visit, Callback<void()> done = {}) const;

  private:
    void send(EncodedPacket packet) const;

    Adapter* adapter_;
    std::string_view nsp_;
    Target target_;
    bool volatile_ = false;
    bool compress_ = true;
};

} // namespace hubbub::socketio
