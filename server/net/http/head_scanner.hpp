#pragma once
#include <cstddef>
#include <string_view>

namespace hubbub::net::http {

/// Finds the end of a request's head in bytes that arrive piece by piece, and refuses what a lenient parser would
/// forgive: bare LF or CR, NUL and other controls, folded lines, unsupported versions, and anything over the limits.
/// Looks at each byte once.
class HeadScanner {
  public:
    enum class State { more, complete, failed };

    /// `data` begins where the head begins, and is what the last call got with more behind it.
    State scan(std::string_view data);

    std::size_t begin() const { return begin_; } ///< of the request line, behind an ignored empty line
    std::size_t end() const { return at_; }      ///< behind the empty line that ends the head
    int failure() const { return failure_; }     ///< the HTTP status of the refusal

  private:
    State fail(int status);
    State end_line(std::string_view line);
    State check_request_line(std::string_view line);

    std::size_t at_ = 0;
    std::size_t begin_ = 0;
    std::size_t line_ = 0;    // where the current line begins
    std::size_t section_ = 0; // where the header section begins, once lines_ > 0
    std::size_t lines_ = 0;
    int failure_ = 0;
};

} // namespace hubbub::net::http
