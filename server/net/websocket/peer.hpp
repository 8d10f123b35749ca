#pragma once
#include "base/limits.hpp"
#include "net/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hubbub::net::websocket {

/// RFC 6455, 7.4.1. `abnormal` is never on the wire: the connection went away without a close frame.
enum class CloseCode : std::uint16_t {
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    unsupported_data = 1003,
    no_status = 1005,
    abnormal = 1006,
    invalid_payload = 1007,
    policy_violation = 1008,
    message_too_big = 1009,
    internal_error = 1011,
};

/// permessage-deflate (RFC 7692), without context takeover in either direction: a connection keeps no state of it.
struct Deflate {
    std::size_t threshold = limits::kDeflateThreshold; ///< shorter messages leave as they are
};

struct Options {
    std::size_t message_bytes_max;       ///< of one message, inflated; over it: close 1009
    std::optional<Deflate> deflate = {}; ///< none: never agreed to
};

/// What happens on a WebSocket connection, on its shard.
class Handler {
  public:
    virtual ~Handler() = default;
    /// One complete message; text is valid UTF-8. `data` lives until the call returns.
    virtual void on_text(std::string_view data) = 0;
    virtual void on_binary(std::string_view data) = 0;
    /// Everything queued has been written to the kernel.
    virtual void on_drained() {}
    /// The connection is over; nothing more comes. Exactly once, never from inside a call of `Peer`.
    virtual void on_closed(CloseCode code) = 0;
};

/// Our end of an accepted WebSocket connection. Pings are answered, closes are echoed, fragments are assembled inside.
class Peer {
  public:
    virtual ~Peer() = default;

    /// Queues a text or binary frame; it leaves at the end of the loop iteration. Nothing happens once closed.
    virtual void send(FramePtr frame) = 0;
    virtual std::size_t queued_bytes() const = 0;

    /// Starts the closing handshake after what is queued; the connection ends when the peer answers or after
    /// `limits::kCloseLinger`.
    virtual void close(CloseCode code, std::string_view reason = {}) = 0;
    /// Ends the connection now (a slow consumer, whose outbox will never drain).
    virtual void abort() = 0;

    /// The handler is going away: no call to it from now on.
    virtual void detach() = 0;
};

} // namespace hubbub::net::websocket
