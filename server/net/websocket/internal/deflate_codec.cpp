#include "net/websocket/internal/deflate_codec.hpp"

#include <zlib.h>

#include <array>
#include <new>

namespace hubbub::net::websocket {
namespace {

/// What ends every message before it leaves, and is left out on the wire (RFC 7692, 7.2.1).
constexpr std::string_view kTail{"\x00\x00\xff\xff", 4};

constexpr int kRawWindow = -15;            // without zlib's own header
constexpr int kMemoryLevel = 8;            // zlib's default
constexpr std::size_t kFlushBytesMax = 16; // beyond deflateBound, for the flush
constexpr int kBlockBoundary = 128;        // in z_stream::data_type
constexpr int kUnusedBits = 63;

Bytef* bytes(std::string_view text) {
    return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data())); // zlib only reads it
}

} // namespace

struct DeflateCodec::Deflater {
    Deflater() {
        if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kRawWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
            Z_OK)
            throw std::bad_alloc{};
    }
    ~Deflater() { deflateEnd(&stream); }
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;

    std::string run(std::string_view data) {
        deflateReset(&stream);
        std::string out(deflateBound(&stream, data.size()) + kFlushBytesMax, '\0');
        stream.next_in = bytes(data);
        stream.avail_in = static_cast<uInt>(data.size());
        stream.next_out = bytes(out);
        stream.avail_out = static_cast<uInt>(out.size());
        ::deflate(&stream, Z_SYNC_FLUSH); // cannot fail: there is room for all of it
        out.resize(out.size() - stream.avail_out - kTail.size());
        return out;
    }

    z_stream stream{};
};

struct DeflateCodec::Inflater {
    Inflater() {
        if (inflateInit2(&stream, kRawWindow) != Z_OK) throw std::bad_alloc{};
    }
    ~Inflater() { inflateEnd(&stream); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    void reset() {
        inflateReset(&stream);
        at_end = false;
    }

    /// Appends what `data` inflates to. False: it is no deflate, or more than `bytes_max` in all (`too_big`).
    bool run(std::string_view data, std::string& out, std::size_t bytes_max) {
        stream.next_in = bytes(data);
        stream.avail_in = static_cast<uInt>(data.size());
        do {
            std::array<char, 16 * 1024> chunk;
            stream.next_out = bytes({chunk.data(), chunk.size()});
            stream.avail_out = static_cast<uInt>(chunk.size());
            const int status = ::inflate(&stream, Z_SYNC_FLUSH);
            if (status == Z_MEM_ERROR) throw std::bad_alloc{}; // the window is made when it is needed
            if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return false;
            const std::size_t size = chunk.size() - stream.avail_out;
            too_big = size > bytes_max - out.size();
            if (too_big) return false;
            out.append(chunk.data(), size);
            at_end = status == Z_STREAM_END ||
                     ((stream.data_type & kBlockBoundary) != 0 && (stream.data_type & kUnusedBits) == 0);
            // Blocks may follow one that calls itself final (RFC 7692, 7.2.3.5).
            if (status == Z_STREAM_END) inflateReset(&stream);
            if (status == Z_BUF_ERROR) break; // there is nothing more in it
        } while (stream.avail_in > 0 || stream.avail_out == 0);
        return true;
    }

    z_stream stream{};
    bool at_end = false; ///< between two blocks
    bool too_big = false;
};

DeflateCodec::DeflateCodec(Counters& counters) : counters_{counters} {}

DeflateCodec::~DeflateCodec() = default;

FramePtr DeflateCodec::deflate(const FramePtr& frame) {
    if (FramePtr made = frame->deflated()) return made;
    if (deflater_ == nullptr) deflater_ = std::make_unique<Deflater>();
    ++counters_.deflated;
    const std::string smaller = deflater_->run(frame->payload());
    FramePtr made;
    if (smaller.size() < frame->payload().size()) made = Frame::make_deflated(frame->kind(), smaller);
    frame->keep_deflated(made);
    return made ? made : frame;
}

boost::system::result<std::string, CloseCode> DeflateCodec::inflate(std::string_view data, std::size_t bytes_max) {
    if (inflater_ == nullptr) inflater_ = std::make_unique<Inflater>();
    ++counters_.inflated;
    std::string out;
    inflater_->reset();
    const bool done = inflater_->run(data, out, bytes_max) && inflater_->run(kTail, out, bytes_max);
    if (!done) return inflater_->too_big ? CloseCode::message_too_big : CloseCode::invalid_payload;
    if (!inflater_->at_end) return CloseCode::invalid_payload;
    return out;
}

} // namespace hubbub::net::websocket
