#include "net/http/gzip.hpp"

#include "net/http/internal/text.hpp"

#include <zlib.h>

#include <algorithm>
#include <new>

namespace hubbub::net::http {
namespace {

/// `q=0`, `q=0.0` and so on: not acceptable.
bool zero_weight(std::string_view parameter) {
    if (!equal_ignoring_case(parameter.substr(0, 2), "q=")) return false;
    return std::ranges::all_of(parameter.substr(2), [](char c) { return c == '0' || c == '.'; });
}

} // namespace

bool accepts_gzip(const Request& request) {
    bool accepted = false;
    for_each_element(request.headers.get("accept-encoding"), [&](std::string_view element) {
        const std::size_t semicolon = std::min(element.find(';'), element.size());
        if (!equal_ignoring_case(trim(element.substr(0, semicolon)), "gzip")) return;
        accepted = !zero_weight(trim(element.substr(std::min(semicolon + 1, element.size()))));
    });
    return accepted;
}

struct Gzip::Stream {
    explicit Stream(int level) {
        constexpr int kGzipFormat = 15 + 16;
        constexpr int kMemory = 8;
        if (deflateInit2(&z, level, Z_DEFLATED, kGzipFormat, kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc{};
    }
    ~Stream() { deflateEnd(&z); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    z_stream z{};
};

Gzip::Gzip(Effort effort) : effort_{effort} {}
Gzip::~Gzip() = default;

std::string Gzip::compress(std::string_view data) {
    if (!stream_) stream_ = std::make_unique<Stream>(effort_ == Effort::best ? Z_BEST_COMPRESSION : Z_BEST_SPEED);
    z_stream& z = stream_->z;
    deflateReset(&z);
    std::string packed(deflateBound(&z, data.size()), '\0');
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data())); // zlib's API predates const
    z.avail_in = static_cast<uInt>(data.size());
    z.next_out = reinterpret_cast<Bytef*>(packed.data());
    z.avail_out = static_cast<uInt>(packed.size());
    deflate(&z, Z_FINISH); // ends in one go: there is room for the bound
    packed.resize(z.total_out);
    return packed;
}

} // namespace hubbub::net::http
