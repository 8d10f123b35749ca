#pragma once
#include "base/limits.hpp"
#include "net/http/head_scanner.hpp"
#include "net/http/message.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace hubbub::net::http {

/// Requests out of a byte stream, one after another: RFC 9112 by Beast's parser, behind and before checks of ours.
/// No I/O. Every refusal is an HTTP status; the stream is of no use after one.
///
/// A head is consumed when it is complete (the caller keeps what there is until then), a body as it comes.
class RequestParser {
  public:
    enum class State { head, body, complete, failed };

    /// `body_bytes_max`: over it, 413.
    explicit RequestParser(std::size_t body_bytes_max = limits::kHttpBodyBytesMax);
    ~RequestParser();

    /// Parses on; `data` begins with the first byte not yet consumed. Returns how many bytes it consumed; none after
    /// `complete`, until `take`.
    std::size_t parse(std::string_view data);

    State state() const { return state_; }
    int failure() const { return failure_; } ///< in `failed`: 400, 413, 414, 417, 431, 501 or 505
    bool wants_continue() const;             ///< in `body`: the client waits for 100 Continue before it sends the body

    /// The complete request, without `remote_address`. The next one can be parsed then.
    Request take();

  private:
    class Message;

    std::size_t parse_head(std::string_view data);
    std::size_t parse_body(std::string_view data);
    void fail(int status);

    State state_ = State::head;
    int failure_ = 0;
    std::size_t body_bytes_max_;
    HeadScanner scanner_;
    std::unique_ptr<Message> message_;
};

} // namespace hubbub::net::http
