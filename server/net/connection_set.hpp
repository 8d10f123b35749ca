#pragma once
#include <cstddef>
#include <cstdint>

namespace hubbub::net {

class Connection;

/// What the connections of one listener did, for metrics. Plain integers: read them on the set's shard.
struct Counters {
    std::uint64_t accepted = 0;
    std::uint64_t closed = 0;
    std::uint64_t refused = 0;         ///< accepted and closed at once: over the connection limit
    std::uint64_t accept_failures = 0; ///< no descriptor or memory left
    std::uint64_t adopted = 0;         ///< came from another shard
    std::uint64_t tls_handshakes = 0;  ///< completed
    std::uint64_t tls_failures = 0;    ///< no TLS, nothing agreed on, or no handshake in time
    std::uint64_t requests = 0;        ///< complete and well-formed
    std::uint64_t malformed = 0;       ///< answered 4xx or 5xx by the parser
    std::uint64_t timeouts = 0;        ///< of head, body, or an answer nobody reads
    std::uint64_t failed = 0;          ///< ended by an exception that escaped a handler
    std::uint64_t bytes_read = 0;
    std::uint64_t bytes_written = 0;
    std::uint64_t frames_queued = 0;
    std::uint64_t deflated = 0; ///< messages compressed for sending, however many recipients share one
    std::uint64_t inflated = 0; ///< received messages that were compressed
    std::uint64_t flushes = 0;  ///< one write call each, unless the kernel's buffer or 64 KiB were too small
};

/// The open connections of one listener. Those still open when it is destroyed are closed without a call to their
/// protocols, so that nothing outlives its shard.
class ConnectionSet {
  public:
    ConnectionSet() = default;
    ~ConnectionSet();
    ConnectionSet(const ConnectionSet&) = delete;
    ConnectionSet& operator=(const ConnectionSet&) = delete;

    std::size_t size() const { return size_; }
    Counters& counters() { return counters_; }

  private:
    friend class Connection;
    void insert(Connection& connection);
    void erase(Connection& connection);

    Connection* first_ = nullptr;
    std::size_t size_ = 0;
    Counters counters_;
};

} // namespace hubbub::net
