#include "engineio/poll_payloads.hpp"

#include "base/base64.hpp"
#include "base/limits.hpp"
#include "engineio/packet.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace hubbub::engineio {

using net::Frame;
using net::FramePtr;

namespace {

/// A larger payload is for its one client: what is kept for the next must not weigh.
constexpr std::size_t kSharedBytesMax = 64 * 1024;

bool same(const std::vector<FramePtr>& a, const std::vector<FramePtr>& b) {
    return std::ranges::equal(a, b, {}, &FramePtr::operator->, &FramePtr::operator->);
}

FramePtr join(const std::vector<FramePtr>& packets) {
    std::string text;
    std::size_t size = 0;
    for (const FramePtr& packet : packets) size += packet->wire().size();
    text.reserve(size);
    for (const FramePtr& packet : packets) {
        if (!text.empty()) text += kSeparator;
        if (packet->kind() == Frame::Kind::binary) {
            text += 'b';
            text += base64_encode(packet->payload());
        } else {
            text += packet->payload();
        }
    }
    return Frame::make(Frame::Kind::raw, {text});
}

} // namespace

PollPayloads::Payload PollPayloads::of(const std::vector<FramePtr>& packets, bool gzip) {
    if (!same(packets, packets_)) {
        packets_ = packets;
        joined_ = join(packets);
        gzipped_ = {};
    }
    Payload payload{.bytes = joined_};
    const auto may_be = [](const FramePtr& packet) { return packet->compression() == Frame::Compression::allowed; };
    if (gzip && joined_->payload().size() >= limits::kDeflateThreshold && std::ranges::any_of(packets, may_be)) {
        if (!gzipped_) gzipped_ = Frame::make(Frame::Kind::raw, {gzip_.compress(joined_->payload())});
        payload = {.bytes = gzipped_, .gzipped = true};
    }
    if (joined_->payload().size() > kSharedBytesMax) {
        packets_.clear();
        joined_ = gzipped_ = {};
    }
    return payload;
}

} // namespace hubbub::engineio
