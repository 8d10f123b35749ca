#include "net/outbox.hpp"

#include "net/internal/tls_stream.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace hubbub::net {
namespace {

constexpr std::size_t kCopiedBytesMax = 16 * 1024; ///< larger frames are gathered from where they lie
constexpr std::size_t kSegmentsMax = 32;           ///< of one gathered write
constexpr std::size_t kKeptCapacity = 32;          ///< entries that an empty outbox may hold on to

/// What one write will send: frames lying side by side in `scratch`, or large ones in their own memory.
class Batch {
  public:
    explicit Batch(std::span<char> scratch) : scratch_{scratch} {}

    /// Returns false when there is no room left.
    bool add(std::string_view bytes) {
        if (bytes.size() > kCopiedBytesMax) return add_segment(const_cast<char*>(bytes.data()), bytes.size());
        if (bytes.size() > scratch_.size() - copied_) return false;
        char* to = scratch_.data() + copied_;
        if (!extends_last(to) && count_ == kSegmentsMax) return false;
        std::memcpy(to, bytes.data(), bytes.size());
        copied_ += bytes.size();
        if (!extends_last(to)) return add_segment(to, bytes.size());
        segments_[count_ - 1].iov_len += bytes.size();
        size_ += bytes.size();
        return true;
    }

    std::size_t size() const { return size_; }

    ssize_t send(int descriptor) {
        if (count_ == 1) return ::send(descriptor, segments_[0].iov_base, segments_[0].iov_len, kFlags);
        msghdr message{};
        message.msg_iov = segments_.data();
        message.msg_iovlen = count_;
        return ::sendmsg(descriptor, &message, kFlags);
    }

  private:
    static constexpr int kFlags = MSG_NOSIGNAL | MSG_DONTWAIT;

    bool extends_last(const char* to) const {
        if (count_ == 0) return false;
        const iovec& last = segments_[count_ - 1];
        return static_cast<const char*>(last.iov_base) + last.iov_len == to;
    }

    bool add_segment(char* data, std::size_t size) {
        if (count_ == kSegmentsMax) return false;
        segments_[count_++] = {data, size};
        size_ += size;
        return true;
    }

    std::span<char> scratch_;
    std::array<iovec, kSegmentsMax> segments_;
    std::size_t count_ = 0;
    std::size_t copied_ = 0;
    std::size_t size_ = 0;
};

} // namespace

void Outbox::push(FramePtr frame) {
    if (frame->wire().empty()) return;
    bytes_ += frame->wire().size();
    // Behind a slow consumer the written front is reclaimed before the vector grows.
    if (frames_.size() == frames_.capacity() && first_ > frames_.size() / 2) {
        frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
    frames_.push_back(std::move(frame));
}

void Outbox::clear() {
    frames_.clear();
    if (frames_.capacity() > kKeptCapacity) std::vector<FramePtr>{}.swap(frames_);
    first_ = 0;
    offset_ = 0;
    bytes_ = 0;
}

Result<bool> Outbox::write(int descriptor, std::span<char> scratch) {
    while (bytes_ > 0) {
        const std::string_view front = frames_[first_]->wire().substr(offset_);
        ssize_t sent = 0;
        std::size_t offered = front.size();
        if (first_ + 1 == frames_.size()) {
            sent = ::send(descriptor, front.data(), front.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        } else {
            Batch batch{scratch};
            batch.add(front);
            for (std::size_t i = first_ + 1; i < frames_.size() && batch.add(frames_[i]->wire()); ++i) {
            }
            offered = batch.size();
            sent = batch.send(descriptor);
        }
        if (sent < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
            return {boost::system::in_place_error, errno, boost::system::system_category()};
        }
        advance(static_cast<std::size_t>(sent));
        if (static_cast<std::size_t>(sent) < offered) return false; // the kernel's buffer is full
    }
    clear();
    return true;
}

Result<bool> Outbox::write(TlsStream& tls, std::span<char> scratch) {
    const std::span<char> record = scratch.first(std::min(scratch.size(), TlsStream::kRecordBytes));
    while (bytes_ > 0) {
        // After a would-block the same bytes come again, from the front: nothing has advanced.
        const ssize_t sent = tls.write(record.first(copy(record)));
        if (sent <= 0) {
            if (sent < 0 && errno == EAGAIN) return false;
            return {boost::system::in_place_error, EPROTO, boost::system::system_category()};
        }
        advance(static_cast<std::size_t>(sent));
    }
    clear();
    return true;
}

std::size_t Outbox::copy(std::span<char> out) const {
    std::size_t copied = 0;
    std::size_t skip = offset_;
    for (std::size_t i = first_; i < frames_.size() && copied < out.size(); ++i) {
        copied += frames_[i]->wire().substr(skip).copy(out.data() + copied, out.size() - copied);
        skip = 0;
    }
    return copied;
}

void Outbox::advance(std::size_t written) {
    bytes_ -= written;
    while (written > 0) {
        const std::size_t left = frames_[first_]->wire().size() - offset_;
        if (written < left) {
            offset_ += static_cast<std::uint32_t>(written);
            return;
        }
        written -= left;
        frames_[first_++] = {};
        offset_ = 0;
    }
}

} // namespace hubbub::net
