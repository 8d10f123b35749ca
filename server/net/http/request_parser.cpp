#include "net/http/request_parser.hpp"

#include "base/limits.hpp"
#include "base/result.hpp"
#include "net/http/internal/text.hpp"
#include "net/http/internal/uri.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace hubbub::net::http {

namespace beast_http = boost::beast::http;

namespace {

/// Chunk headers, extensions and trailers of one body: bytes that carry nothing.
constexpr std::size_t kChunkOverheadMax = limits::kHttpHeadBytesMax;
/// What ends a chunked body, `0 CRLF CRLF`: no fewer bytes are to come before its end. Beast (1.81) asserts in its
/// chunk parser that it gets as many.
constexpr std::size_t kChunkBytesMin = 5;
constexpr std::size_t kBodyReservedMax = 64 * 1024; ///< a Content-Length alone does not get more memory than this
constexpr std::size_t kContentLengthDigitsMax = 18;

std::string_view view(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

bool is_content_length(std::string_view value) {
    return !value.empty() && value.size() <= kContentLengthDigitsMax &&
           std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// `gzip` or `gzip, chunked` and its like: real codings (RFC 9112, 7) that this server does not do.
bool is_unimplemented_coding(std::string_view value) {
    bool known = true;
    bool compressed = false;
    int chunked = 0;
    for_each_element(value, [&](std::string_view coding) {
        known = known && chunked == 0;
        if (equal_ignoring_case(coding, "chunked")) {
            ++chunked;
        } else {
            constexpr std::string_view kCodings[] = {"gzip", "x-gzip", "deflate", "compress", "x-compress"};
            compressed = std::any_of(std::begin(kCodings), std::end(kCodings),
                                     [&](std::string_view other) { return equal_ignoring_case(coding, other); });
            known = known && compressed;
        }
    });
    return known && compressed;
}

} // namespace

/// One request on its way through Beast's parser, which calls back with what it finds.
class RequestParser::Message final : public beast_http::basic_parser<true> {
  public:
    explicit Message(std::size_t body_bytes_max) {
        header_limit(2 * limits::kHttpHeadBytesMax + limits::kHttpTargetBytesMax); // HeadScanner holds the real ones
        body_limit(body_bytes_max);
    }

    Request request;
    int refusal = 0; // the status, if one of our checks failed
    bool expects_continue = false;
    bool body_begun = false;

  private:
    using Error = boost::system::error_code;

    void refuse(int status, Error& error) {
        refusal = status;
        error = beast_http::error::bad_value;
    }

    void on_request_impl(beast_http::verb, boost::beast::string_view method, boost::beast::string_view target,
                         int version, Error& error) override {
        request.method = view(method);
        request.minor_version = version - 10;
        auto parsed = http::parse_target(request.method, view(target));
        if (!parsed) return refuse(400, error);
        request.target = std::move(parsed->origin_form);
        request.path = std::move(parsed->path);
        request.query = std::move(parsed->query);
        authority_ = std::move(parsed->authority);
    }

    void on_field_impl(beast_http::field id, boost::beast::string_view name, boost::beast::string_view raw,
                       Error& error) override {
        const std::string_view value = view(raw);
        if (in_trailer_) return on_trailer(id, name.size() + value.size(), error);
        using beast_http::field;
        if (id == field::host) {
            if (std::exchange(has_host_, true) || !is_host(value)) return refuse(400, error);
            // An absolute-form target wins over the Host field (RFC 9112, 3.2.2).
            if (authority_) return request.headers.add(std::string{view(name)}, *authority_);
        } else if (id == field::content_length) {
            if (std::exchange(has_length_, true) || !is_content_length(value)) return refuse(400, error);
        } else if (id == field::transfer_encoding) {
            if (std::exchange(has_coding_, true)) return refuse(400, error);
            if (!equal_ignoring_case(value, "chunked"))
                return refuse(is_unimplemented_coding(value) ? 501 : 400, error);
        } else if (id == field::expect && request.minor_version > 0) {
            if (!equal_ignoring_case(value, "100-continue")) return refuse(417, error);
            expects_continue = true;
        } else if (id == field::upgrade) {
            offers_websocket_ = offers_websocket_ || has_token(value, "websocket");
        }
        request.headers.add(std::string{view(name)}, std::string{value});
    }

    /// Trailers are dropped; one that would change the framing or the routing was sent to fool somebody.
    void on_trailer(beast_http::field id, std::size_t size, Error& error) {
        using beast_http::field;
        if (id == field::host || id == field::content_length || id == field::transfer_encoding)
            return refuse(400, error);
        count_overhead(size, error);
    }

    void on_header_impl(Error& error) override {
        if (has_length_ && has_coding_) return refuse(400, error);
        if (has_coding_ && request.minor_version == 0) return refuse(400, error);
        if (!has_host_ && request.minor_version > 0) return refuse(400, error);
        request.keep_alive = keep_alive();
        request.upgrade_websocket = offers_websocket_ && upgrade();
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) override {
        request.body.reserve(std::min<std::uint64_t>(length.value_or(0), kBodyReservedMax));
    }

    std::size_t on_body_impl(boost::beast::string_view body, Error&) override {
        body_begun = body_begun || !body.empty();
        request.body.append(body.data(), body.size());
        return body.size();
    }

    void on_chunk_header_impl(std::uint64_t size, boost::beast::string_view extensions, Error& error) override {
        body_begun = true;
        in_trailer_ = size == 0;
        count_overhead(extensions.size(), error);
    }

    std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view body, Error& error) override {
        return on_body_impl(body, error);
    }

    void on_response_impl(int, boost::beast::string_view, int, Error&) override {}
    void on_finish_impl(Error&) override {}

    void count_overhead(std::size_t bytes, Error& error) {
        overhead_ += bytes;
        if (overhead_ > kChunkOverheadMax) refuse(400, error);
    }

    std::optional<std::string> authority_;
    std::size_t overhead_ = 0;
    bool has_host_ = false;
    bool has_length_ = false;
    bool has_coding_ = false;
    bool offers_websocket_ = false;
    bool in_trailer_ = false;
};

RequestParser::RequestParser(std::size_t body_bytes_max) : body_bytes_max_{body_bytes_max} {}
RequestParser::~RequestParser() = default;

bool RequestParser::wants_continue() const {
    return message_ != nullptr && message_->expects_continue && !message_->body_begun;
}

std::size_t RequestParser::parse(std::string_view data) {
    std::size_t used = 0;
    if (state_ == State::head) used = parse_head(data);
    if (state_ == State::body) used += parse_body(data.substr(used));
    return used;
}

std::size_t RequestParser::parse_head(std::string_view data) {
    switch (scanner_.scan(data)) {
    case HeadScanner::State::more: return 0;
    case HeadScanner::State::failed: fail(scanner_.failure()); return 0;
    case HeadScanner::State::complete: break;
    }
    message_ = std::make_unique<Message>(body_bytes_max_);
    const std::string_view head = data.substr(scanner_.begin(), scanner_.end() - scanner_.begin());
    error_code error;
    message_->put(boost::asio::buffer(head.data(), head.size()), error);
    if (error || !message_->is_header_done()) {
        if (error == beast_http::error::body_limit) message_->refusal = 413;
        fail(message_->refusal != 0 ? message_->refusal : 400);
        return 0;
    }
    state_ = message_->is_done() ? State::complete : State::body;
    return scanner_.end();
}

std::size_t RequestParser::parse_body(std::string_view data) {
    std::size_t used = 0;
    while (used < data.size() && !message_->is_done()) {
        const std::string_view rest = data.substr(used);
        if (message_->chunked() && rest.size() < kChunkBytesMin) return used;
        error_code error;
        used += message_->put(boost::asio::buffer(rest.data(), rest.size()), error);
        if (error == beast_http::error::need_more) {
            // A chunk's header or the trailers, not complete yet: waited for only up to a limit.
            if (data.size() - used > 2 * kChunkOverheadMax) fail(400);
            return used;
        }
        if (error) {
            fail(message_->refusal != 0 ? message_->refusal : error == beast_http::error::body_limit ? 413 : 400);
            return used;
        }
    }
    if (message_->is_done()) state_ = State::complete;
    return used;
}

void RequestParser::fail(int status) {
    state_ = State::failed;
    failure_ = status;
}

Request RequestParser::take() {
    Request request = std::move(message_->request);
    message_.reset();
    scanner_ = {};
    state_ = State::head;
    return request;
}

} // namespace hubbub::net::http
