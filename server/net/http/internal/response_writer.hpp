#pragma once
#include "net/frame.hpp"
#include "net/http/message.hpp"

#include <ctime>
#include <string>
#include <string_view>

namespace hubbub::net::http {

/// Turns responses into bytes (RFC 9112, 4). One a server: it keeps its buffer and the Date of the current second.
class ResponseWriter {
  public:
    /// The answer to `request`, with Date, Content-Length and, where it matters, Connection; whole but for
    /// `Response::content`, which follows as it is. A line break in a field cannot split the response: it leaves as a
    /// space.
    FramePtr write(const Response& response, const Request& request, bool keep_alive);

    /// `101 Switching Protocols` with the fields given.
    FramePtr write_switch(const Fields& fields);

  private:
    void start(int status);
    void add(std::string_view name, std::string_view value);
    void add_date();

    std::string head_;
    std::string date_;
    std::time_t date_second_ = 0;
};

/// Whether the answer has the bytes that its Content-Length counts: one to HEAD has not.
bool carries_body(const Response& response, const Request& request);

/// The standard phrase for a status, or an empty one.
std::string_view reason_phrase(int status);

} // namespace hubbub::net::http
