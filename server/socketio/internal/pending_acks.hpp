#pragma once
#include "runtime/shard.hpp"
#include "socketio/socket.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>

namespace hubbub::socketio::internal {

/// The events of one socket that wait for the client's ack. A callback may destroy it.
class PendingAcks {
  public:
    explicit PendingAcks(Socket& socket) : socket_{socket} {}

    std::uint64_t next_id() { return next_id_++; }
    void add(std::uint64_t id, std::chrono::milliseconds timeout, Socket::AckCallback callback);
    void finish(std::uint64_t id, error_code error, Arguments answer);
    void fail_all(error_code error);

  private:
    struct Pending {
        Pending(PendingAcks& all, std::uint64_t ack_id, Socket::AckCallback ack_callback)
            : owner{all}, id{ack_id}, callback{std::move(ack_callback)} {}
        PendingAcks& owner;
        std::uint64_t id;
        Socket::AckCallback callback;
        runtime::Timer timer{[](void* self) {
                                 auto* pending = static_cast<Pending*>(self);
                                 pending->owner.finish(pending->id, Errc::ack_timeout, {});
                             },
                             this};
    };

    void call(Pending& pending, error_code error, Arguments answer);

    Socket& socket_;
    std::uint64_t next_id_ = 0;
    std::map<std::uint64_t, std::unique_ptr<Pending>> waiting_;
};

} // namespace hubbub::socketio::internal
