#include "net/http/internal/response_writer.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>

namespace hubbub::net::http {
namespace {

void append_line_safe(std::string& out, std::string_view text) {
    const std::size_t start = out.size();
    out += text;
    std::replace_if(
        out.begin() + static_cast<std::ptrdiff_t>(start), out.end(),
        [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
}

/// Informational, 204 and 304 have no body (RFC 9112, 6.3); a length there would describe another answer.
bool may_have_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

} // namespace

std::string_view reason_phrase(int status) {
    const auto phrase =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(static_cast<unsigned>(status)));
    return {phrase.data(), phrase.size()};
}

bool carries_body(const Response& response, const Request& request) {
    return may_have_body(response.status) && request.method != "HEAD";
}

FramePtr ResponseWriter::write(const Response& response, const Request& request, bool keep_alive) {
    const std::size_t length = response.content ? response.content->payload().size() : response.body.size();
    start(response.status);
    for (const auto& [name, value] : response.headers) add(name, value);
    add_date();
    if (may_have_body(response.status)) add("Content-Length", std::to_string(length));
    if (!keep_alive) {
        add("Connection", "close");
    } else if (request.minor_version == 0) {
        add("Connection", "keep-alive");
    }
    head_ += "\r\n";
    const bool with_body = !response.content && carries_body(response, request);
    return Frame::make(Frame::Kind::raw, {head_, with_body ? std::string_view{response.body} : std::string_view{}});
}

FramePtr ResponseWriter::write_switch(const Fields& fields) {
    start(101);
    for (const auto& [name, value] : fields) add(name, value);
    head_ += "\r\n";
    return Frame::make(Frame::Kind::raw, {head_});
}

void ResponseWriter::start(int status) {
    head_ = "HTTP/1.1 ";
    head_ += std::to_string(status);
    head_ += ' ';
    head_ += reason_phrase(status);
    head_ += "\r\n";
}

void ResponseWriter::add(std::string_view name, std::string_view value) {
    append_line_safe(head_, name);
    head_ += ": ";
    append_line_safe(head_, value);
    head_ += "\r\n";
}

void ResponseWriter::add_date() {
    const std::time_t second = std::time(nullptr);
    if (second != date_second_) {
        date_second_ = second;
        std::tm utc{};
        ::gmtime_r(&second, &utc);
        char text[64];
        // IMF-fixdate (RFC 9110, 5.6.7); the program stays in the "C" locale.
        date_.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc));
    }
    add("Date", date_);
}

} // namespace hubbub::net::http
