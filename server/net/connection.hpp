#pragma once
#include "net/connection_set.hpp"
#include "net/frame.hpp"
#include "net/outbox.hpp"
#include "runtime/shard.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace hubbub::net {

class Connection;
class TlsContext;
class TlsStream;

/// What a connection speaks: HTTP first, WebSocket after an upgrade. Owned by its connection, and lives as long as it
/// unless another protocol takes its place.
class Protocol {
  public:
    virtual ~Protocol() = default;

    /// New bytes, after what was left over last time. Returns how many are consumed; the connection keeps the rest
    /// and gives it again with what follows. The bytes may be changed in place.
    virtual std::size_t on_data(std::span<char> data) = 0;

    /// The outbox has become empty after having been non-empty.
    virtual void on_drained() {}

    /// The connection is gone (peer, error or our own close). Called exactly once; nothing can be sent any more.
    virtual void on_closed() = 0;
};

/// One accepted TCP connection of one shard, with or without TLS.
///
/// Reading: waits for readability and reads into the shard's buffer, so an idle connection owns no read buffer.
/// Writing: `send` only pushes a reference and marks the connection dirty; the shard flushes every dirty connection
/// once at the end of the loop iteration, with one write for all that is queued.
/// The peer's end of stream closes the connection, also when only its sending half is shut down.
/// Lifetime: alive while it is open or somebody holds it.
class Connection final : public std::enable_shared_from_this<Connection>, private runtime::TickTask {
  public:
    /// With the io_context's own executor: half the size of the type-erased one, for the socket and for each wait.
    using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

    /// Takes over a connected socket. It is counted in `set`, if given, until it closes. Nothing is read before
    /// `set_protocol`. With `tls` it speaks that; if its handshake is still to come, it has
    /// `limits::kTlsHandshakeTimeout`.
    static std::shared_ptr<Connection> open(runtime::Shard& shard, Socket socket, ConnectionSet* set = nullptr,
                                            std::unique_ptr<TlsStream> tls = nullptr);
    ~Connection();

    runtime::Shard& shard() const { return shard_; }
    /// Numeric IP of the peer, without port; empty if it is gone. Asks the kernel: keep the answer.
    std::string remote_address() const;

    /// Replaces the protocol, also from within the old one's calls (it is destroyed in the next loop iteration; what
    /// its `on_data` returns still counts). The new one gets what is left when that `on_data` returns, or else in the
    /// next loop iteration. A paused connection reads again.
    void set_protocol(std::unique_ptr<Protocol> protocol);

    /// Queues a frame. Does nothing when closed. The caller watches `queued_bytes`.
    void send(FramePtr frame);
    std::size_t queued_bytes() const { return outbox_.bytes(); }

    /// Stops and restarts reading: back pressure for a peer that sends faster than it is served.
    void pause_reading();
    void resume_reading();

    /// Gives the unconsumed bytes to the protocol again, in the next loop iteration: it can go on now.
    void redeliver();

    bool is_open() const { return open_; }
    /// Closes when everything queued is written and the peer has closed its side. The peer may take as long as it goes
    /// on reading (`limits::kCloseFlush` without any is too long), then `limits::kCloseLinger` to close. Reads are
    /// ignored from now on.
    void close_after_flush();
    /// Closes after `limits::kCloseLinger`, counted from the last such call: the peer still has something to say.
    void close_later();
    /// Closes now and forgets what is queued; a peer that did not read what was sent gets a reset. `on_closed` is
    /// called from the loop, never from inside this call.
    void close();

    /// Takes the descriptor away to give it to another shard, after a last try to write what is queued. The connection
    /// is closed afterwards, without `on_closed`.
    int release_descriptor();
    /// Its TLS, if it has any; behind `release_descriptor`, to open it with.
    std::unique_ptr<TlsStream> release_tls();
    /// Bytes read but not consumed, moved out; for `release_descriptor`. Not from inside `on_data`.
    std::string take_unconsumed();
    /// Feeds bytes as if they had been read, in the next loop iteration; for a connection that came from another shard.
    void feed(const std::string& data);

  private:
    friend class ConnectionSet;
    struct ReadWait;
    struct Linger;
    class Key {
        friend class Connection;
        Key() = default;
    };

  public:
    /// Only `open` has the key.
    Connection(Key, runtime::Shard& shard, Socket socket, ConnectionSet* set, std::unique_ptr<TlsStream> tls);

  private:
    void on_tick_end() override;

    static void wait_readable(std::shared_ptr<Connection> self);
    static void on_readable(std::shared_ptr<Connection> self);
    void read_available();
    ssize_t read(std::span<char> buffer);
    ssize_t read_tls(std::span<char> buffer);
    void deliver(std::span<char> data);
    void keep(std::span<const char> left_over);
    std::size_t hand_over(std::span<char> data);
    void flush();
    Result<bool> write_outbox();
    void wait_writable();
    void on_writable();
    void end_output();
    void wait_for_flush();
    void arm_linger(std::chrono::steady_clock::duration time);
    void on_lingered();
    void leave(); // what every way of ending has in common
    void abandon();
    template <class Call> void guarded(Call&& call);

    // Flags first: they fit into the padding of the bases.
    bool open_ = true;
    bool ending_ = false;  // close_after_flush was called
    bool reading_ = false; // a wait for readability is pending, or its completion runs
    bool paused_ = false;
    bool writing_ = false;      // a wait for writability is pending
    bool delivering_ = false;   // inside the protocol's on_data
    bool redelivering_ = false; // a posted redelivery is pending
    runtime::Shard& shard_;
    Socket socket_;
    std::unique_ptr<TlsStream> tls_; // null for plain TCP
    Outbox outbox_;
    std::unique_ptr<Protocol> protocol_;
    std::unique_ptr<Linger> linger_;
    std::unique_ptr<std::string> unconsumed_; // rare: null when there is nothing
    // Set when the connection is open but nothing waits for it, or when it is closed and on_closed is still to come.
    std::shared_ptr<Connection> self_;
    ConnectionSet* set_;
    Connection* next_ = nullptr; // in set_
    Connection* previous_ = nullptr;
};

} // namespace hubbub::net
