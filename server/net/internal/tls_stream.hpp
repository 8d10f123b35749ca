#pragma once
#include "net/tls.hpp"

#include <sys/types.h>

#include <memory>
#include <span>

struct ssl_st;

namespace hubbub::net {

/// TLS on one accepted, non-blocking socket, which it does not own. Reading and writing behave like `recv` and `send`,
/// errno included, and do the handshake on the way.
class TlsStream {
  public:
    /// The most that one record holds.
    static constexpr std::size_t kRecordBytes = 16 * 1024;

    /// Throws std::bad_alloc.
    TlsStream(const TlsContext& context, int descriptor);
    ~TlsStream();
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;

    bool is_established() const; ///< the handshake is complete
    /// Reading has to go on when the socket can be written to: part of the handshake did not fit.
    bool wants_write() const;

    /// Bytes read, 0 at the end of the stream, or -1 with errno: EAGAIN, or EPROTO for what is no TLS.
    /// Never leaves bytes behind that `buffer`, at least one record long, had room for.
    ssize_t read(std::span<char> buffer);
    /// Bytes written, at most a record's, or -1 with errno. After EAGAIN the next call must begin with the same bytes.
    ssize_t write(std::span<const char> data);

    /// Tells the peer that nothing more comes (close_notify), if that is possible now.
    void end();

  private:
    ssize_t fail(int result);

    std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
    bool broken_ = false;
};

} // namespace hubbub::net
