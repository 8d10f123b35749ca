#pragma once
#include "base/result.hpp"
#include "net/utf8.hpp"
#include "net/websocket/peer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace hubbub::net::websocket {

/// What a `Parser` found in the bytes.
class Sink {
  public:
    using Outcome = boost::system::result<void, CloseCode>;

    virtual ~Sink() = default;
    virtual void on_message(Frame::Kind kind, std::string_view data) = 0; ///< text or binary, complete
    /// A complete message, still compressed; only if the parser was told that permessage-deflate was agreed on. An
    /// error fails the connection.
    virtual Outcome on_deflated(Frame::Kind, std::string_view) { return CloseCode::protocol_error; }
    virtual void on_ping(std::string_view data) = 0;
    virtual void on_pong(std::string_view data) = 0;
    virtual void on_close(CloseCode code, std::string_view reason) = 0; ///< nothing is parsed after it
};

/// RFC 6455 frames of a client, as a pure machine: bytes in, messages out, no I/O.
/// Checks masking, reserved bits, opcodes, control frame rules, minimal lengths, fragmentation order, UTF-8 across
/// frames (fails fast), close codes and the message limit. A message that lies whole in `data` is unmasked in place
/// and not copied; only fragments and partial frames are stored.
class Parser {
  public:
    /// `deflate`: permessage-deflate was agreed on (RFC 7692), so that RSV1 means something.
    explicit Parser(std::size_t message_bytes_max, bool deflate = false)
        : message_bytes_max_{message_bytes_max}, deflate_{deflate} {}

    /// Consumes as much of `data` as makes sense now and returns that count; the caller gives the rest again with more
    /// behind it. Errors: the close code to fail the connection with (1002, 1007, 1009); the parser is dead then.
    boost::system::result<std::size_t, CloseCode> parse(std::span<char> data, Sink& sink);

  private:
    struct Header;
    using Mask = std::array<char, 4>;
    using Failure = Sink::Outcome;

    boost::system::result<Header, CloseCode> read_header(std::span<const char> data) const;
    Failure on_control(const Header& header, std::span<char> payload, Sink& sink);
    Failure on_close(std::string_view payload, Sink& sink);
    Failure on_whole_message(const Header& header, std::span<char> payload, Sink& sink);
    void begin_frame(const Header& header);
    Failure on_piece(std::span<char> payload);
    Failure end_frame(Sink& sink);

    std::size_t message_bytes_max_;
    std::string message_;          // of the fragments and the partial frame so far
    std::uint64_t frame_left_ = 0; // payload bytes of the current data frame still to come
    Mask mask_{};                  // of it, rotated to the next byte
    Utf8Checker utf8_;
    Frame::Kind kind_ = Frame::Kind::raw; // of the message in progress; raw: none
    bool in_frame_ = false;
    bool final_ = false; // the current frame ends its message
    bool closed_ = false;
    bool deflate_ = false;
    bool deflated_ = false; // the message in progress is
};

} // namespace hubbub::net::websocket
