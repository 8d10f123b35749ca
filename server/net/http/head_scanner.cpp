#include "net/http/head_scanner.hpp"

#include "base/limits.hpp"

#include <algorithm>

namespace hubbub::net::http {
namespace {

constexpr std::size_t kMethodAndVersionMax = 64;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

} // namespace

HeadScanner::State HeadScanner::fail(int status) {
    failure_ = status;
    return State::failed;
}

HeadScanner::State HeadScanner::scan(std::string_view data) {
    while (true) {
        const std::size_t room =
            lines_ == 0 ? limits::kHttpTargetBytesMax + kMethodAndVersionMax : limits::kHttpHeadBytesMax;
        const std::size_t limit = (lines_ == 0 ? begin_ : section_) + room;
        const std::size_t end = std::min(data.size(), limit);
        while (at_ < end && static_cast<unsigned char>(data[at_]) >= 0x20 && data[at_] != 0x7F) ++at_;
        if (at_ >= limit) return fail(lines_ == 0 ? 414 : 431);
        if (at_ == data.size()) return State::more;
        if (data[at_] == '\t') {
            ++at_;
            continue;
        }
        if (data[at_] != '\r') return fail(400);
        if (at_ + 1 == data.size()) return State::more;
        if (data[at_ + 1] != '\n') return fail(400);
        if (at_ + 2 > limit) return fail(lines_ == 0 ? 414 : 431);
        const State state = end_line(data.substr(line_, at_ - line_));
        if (state != State::failed) at_ += 2;
        line_ = at_;
        if (lines_ == 1 && section_ == 0) section_ = at_;
        if (lines_ == 0) begin_ = at_;
        if (state != State::more) return state;
    }
}

HeadScanner::State HeadScanner::end_line(std::string_view line) {
    if (lines_ == 0) {
        // One empty line before the request line is ignored (RFC 9112, 2.2).
        if (line.empty()) return begin_ == 0 ? State::more : fail(400);
        lines_ = 1;
        return check_request_line(line);
    }
    if (line.empty()) return State::complete;
    if (line.front() == ' ' || line.front() == '\t') return fail(400);
    return lines_++ > limits::kHttpHeaderCountMax ? fail(431) : State::more;
}

HeadScanner::State HeadScanner::check_request_line(std::string_view line) {
    const std::size_t method_end = line.find(' ');
    const std::size_t target_end = line.rfind(' ');
    if (method_end == std::string_view::npos || method_end == target_end) return fail(400);
    if (target_end - method_end - 1 > limits::kHttpTargetBytesMax) return fail(414);
    const std::string_view version = line.substr(target_end + 1);
    if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) || version[6] != '.' ||
        !is_digit(version[7]))
        return fail(400);
    return version == "HTTP/1.1" || version == "HTTP/1.0" ? State::more : fail(505);
}

} // namespace hubbub::net::http
