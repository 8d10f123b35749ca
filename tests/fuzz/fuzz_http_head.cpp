// HTTP requests: whatever comes, in whatever pieces, the same requests are accepted, and they hold what the rest of the
// server relies on. (When a broken chunk header is refused, and whether as 400 or 413, does depend on the pieces.)
#include "base/limits.hpp"
#include "net/http/request_parser.hpp"
#include "net/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace {

using hubbub::net::http::Request;
using hubbub::net::http::RequestParser;
using State = RequestParser::State;

void check(const Request& request) {
    const bool clean_path = request.path.find('\0') == std::string::npos && hubbub::net::is_utf8(request.path) &&
                            ("/" + request.path + "/").find("/../") == std::string::npos;
    if (!clean_path || (request.path[0] != '/' && request.path != "*")) std::abort();
    if (request.body.size() > hubbub::limits::kHttpBodyBytesMax) std::abort();
    if (request.headers.count("Host") != 1 && request.minor_version > 0) std::abort();
    if (request.headers.contains("Content-Length") && request.headers.contains("Transfer-Encoding")) std::abort();
    for (const auto& [name, value] : request.headers)
        if (name.empty() || value.find_first_of(std::string_view{"\r\n\0", 3}) != std::string::npos) std::abort();
    static_cast<void>(request.query_value("sid"));
}

std::string describe(const Request& request) {
    std::string text = request.method + ' ' + request.target + ' ' + request.path + '\n';
    for (const auto& [name, value] : request.headers) text += name + ':' + value + '\n';
    return text + request.body + '\n';
}

std::string parse(std::string_view bytes, std::size_t piece) {
    RequestParser parser;
    std::string outcome;
    std::size_t used = 0;
    for (std::size_t end = std::min(piece, bytes.size()); parser.state() != State::failed;) {
        used += parser.parse(bytes.substr(used, end - used));
        if (used > end) std::abort();
        if (parser.state() == State::complete) {
            const Request request = parser.take();
            check(request);
            outcome += describe(request);
        } else if (end == bytes.size()) {
            break;
        } else {
            end = std::min(end + piece, bytes.size());
        }
    }
    if (parser.state() == State::failed && parser.failure() < 400) std::abort();
    return outcome;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
    const std::string whole = parse(bytes, bytes.size() + 1);
    if (bytes.size() < hubbub::limits::kHttpHeadBytesMax && parse(bytes, data[0] % 64 + 1) != whole) std::abort();
    return 0;
}
