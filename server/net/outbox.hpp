#pragma once
#include "base/result.hpp"
#include "net/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hubbub::net {

class TlsStream;

/// The frames that wait for one socket, in order. Pushing is all that a broadcast does per recipient.
class Outbox {
  public:
    void push(FramePtr frame);
    bool empty() const { return bytes_ == 0; }
    std::size_t bytes() const { return bytes_; }
    void clear();

    /// Writes to the non-blocking socket `descriptor` until it would block or nothing is left: runs of small frames
    /// copied into `scratch` and sent as one, large ones gathered. Returns whether all was written.
    /// Errors: what the kernel says (`EPIPE`, `ECONNRESET` …); would-block is not an error.
    Result<bool> write(int descriptor, std::span<char> scratch);
    /// The same through TLS, in as few records as possible. Its handshake is complete.
    Result<bool> write(TlsStream& tls, std::span<char> scratch);

  private:
    void advance(std::size_t written);
    /// Copies what comes next to `out`, up to its size; returns how much.
    std::size_t copy(std::span<char> out) const;

    std::vector<FramePtr> frames_;
    std::uint32_t first_ = 0;  // index of the first unwritten frame
    std::uint32_t offset_ = 0; // bytes of it already written
    std::size_t bytes_ = 0;
};

} // namespace hubbub::net
