#include "net/http/gzip.hpp"

#include <zlib.h>

#include <new>

namespace hubbub::net::http {

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
