#include "net/connection.hpp"

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/out_of_memory.hpp"
#include "net/internal/tls_stream.hpp"

#include <boost/asio/post.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <exception>
#include <utility>

namespace hubbub::net {
namespace {

/// Reads of one wake-up: a peer that sends without end must not keep the others waiting.
constexpr int kReadsPerWakeMax = 4;

} // namespace

/// The completion of a wait for readability. It holds the one reference that keeps an idle connection alive, and
/// passes it on from wait to wait.
struct Connection::ReadWait {
    std::shared_ptr<Connection> self;
    void operator()(const error_code&) { on_readable(std::move(self)); }
};

/// For whoever is late: in a TLS handshake, in reading what is left, in closing. Most connections never need it.
struct Connection::Linger : runtime::Timer {
    using Timer::Timer;
    std::size_t bytes_left = 0; ///< to flush before the close, when it was armed
};

static_assert(sizeof(Connection) <= 200); // 216 with its counts: what malloc gives without waste

std::shared_ptr<Connection> Connection::open(runtime::Shard& shard, Socket socket, ConnectionSet* set,
                                             std::unique_ptr<TlsStream> tls) {
    auto connection = std::make_shared<Connection>(Key{}, shard, std::move(socket), set, std::move(tls));
    connection->self_ = connection;
    if (connection->tls_ != nullptr && !connection->tls_->is_established())
        connection->arm_linger(limits::kTlsHandshakeTimeout);
    return connection;
}

Connection::Connection(Key, runtime::Shard& shard, Socket socket, ConnectionSet* set, std::unique_ptr<TlsStream> tls)
    : shard_{shard}, socket_{std::move(socket)}, tls_{std::move(tls)}, set_{set} {
    const int on = 1;
    ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (set_ != nullptr) set_->insert(*this);
}

Connection::~Connection() {
    shard_.cancel_tick_end(*this);
    if (set_ != nullptr) set_->erase(*this);
}

std::string Connection::remote_address() const {
    error_code error;
    const auto endpoint = socket_.remote_endpoint(error);
    if (error) return {};
    const auto address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string();
    return address.to_string();
}

template <class Call> void Connection::guarded(Call&& call) {
    try {
        call();
    } catch (const std::bad_alloc&) {
        end_out_of_memory();
    } catch (const std::exception& escaped) {
        log::error("connection_exception",
                   {{"what", escaped.what()}, {"hint", "a bug: the connection is closed; report it with this line"}});
        if (set_ != nullptr) ++set_->counters().failed;
        close();
    }
}

void Connection::set_protocol(std::unique_ptr<Protocol> protocol) {
    if (!open_) return;
    std::swap(protocol_, protocol);
    resume_reading();
    // The old one may be on the stack: it dies in the next iteration.
    boost::asio::post(shard_.io(), [self = shared_from_this(), replaced = std::move(protocol)] {
        if (self->open_ && !self->ending_) self->deliver({});
    });
}

// --- Reading ---------------------------------------------------------------------------------------------------------

void Connection::wait_readable(std::shared_ptr<Connection> self) {
    Connection& connection = *self;
    connection.reading_ = true;
    connection.socket_.async_wait(Socket::wait_read, ReadWait{std::move(self)});
}

void Connection::on_readable(std::shared_ptr<Connection> self) {
    Connection& connection = *self;
    if (connection.open_ && !connection.paused_) connection.read_available();
    if (connection.open_ && !connection.paused_) return wait_readable(std::move(self));
    connection.reading_ = false;
    if (connection.open_) connection.self_ = std::move(self);
}

void Connection::read_available() {
    const std::span<char> buffer = shard_.read_buffer();
    for (int reads = 0; reads < kReadsPerWakeMax; ++reads) {
        const ssize_t got = read(buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (got <= 0) return close();
        const auto size = static_cast<std::size_t>(got);
        if (set_ != nullptr) set_->counters().bytes_read += size;
        if (!ending_) deliver(buffer.first(size));
        // A short read has emptied the kernel's buffer, unless it ended with a TLS record; the next wait reports what
        // comes later.
        if (!open_ || paused_ || (size < buffer.size() && tls_ == nullptr)) return;
    }
}

ssize_t Connection::read(std::span<char> buffer) {
    if (tls_ != nullptr) return read_tls(buffer);
    return ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
}

ssize_t Connection::read_tls(std::span<char> buffer) {
    const bool was_established = tls_->is_established();
    const ssize_t got = tls_->read(buffer);
    const int error = errno;
    if (!was_established && tls_->is_established()) {
        if (!ending_) linger_.reset();
        if (set_ != nullptr) ++set_->counters().tls_handshakes;
    } else if (!was_established && (got == 0 || error != EAGAIN) && set_ != nullptr) {
        ++set_->counters().tls_failures;
    }
    if (got < 0 && tls_->wants_write() && !writing_) wait_writable();
    errno = error;
    return got;
}

void Connection::deliver(std::span<char> data) {
    if (unconsumed_ == nullptr) {
        const std::size_t used = hand_over(data);
        if (open_ && !ending_ && used < data.size()) keep(data.subspan(used));
        return;
    }
    std::string joined = take_unconsumed();
    joined.append(data.data(), data.size());
    const std::size_t used = hand_over(joined);
    if (open_ && !ending_ && used < joined.size()) keep(std::span{joined}.subspan(used));
}

void Connection::keep(std::span<const char> left_over) {
    // In front of what was fed meanwhile.
    if (unconsumed_ == nullptr) unconsumed_ = std::make_unique<std::string>();
    unconsumed_->insert(0, left_over.data(), left_over.size());
}

std::size_t Connection::hand_over(std::span<char> data) {
    std::size_t used = 0;
    while (open_ && !ending_ && protocol_ != nullptr && used < data.size()) {
        Protocol* const current = protocol_.get();
        delivering_ = true;
        guarded([&] { used += current->on_data(data.subspan(used)); });
        delivering_ = false;
        if (protocol_.get() == current) break;
    }
    return used;
}

void Connection::redeliver() {
    if (redelivering_ || (unconsumed_ == nullptr && !delivering_)) return;
    redelivering_ = true;
    boost::asio::post(shard_.io(), [self = shared_from_this()] {
        self->redelivering_ = false;
        if (self->open_ && !self->ending_) self->deliver({});
    });
}

void Connection::feed(const std::string& data) {
    if (data.empty()) return;
    if (unconsumed_ == nullptr) unconsumed_ = std::make_unique<std::string>();
    unconsumed_->append(data);
    redeliver();
}

std::string Connection::take_unconsumed() {
    const auto taken = std::move(unconsumed_);
    return taken == nullptr ? std::string{} : std::move(*taken);
}

void Connection::pause_reading() {
    paused_ = true;
}

void Connection::resume_reading() {
    paused_ = false;
    if (open_ && !reading_) wait_readable(std::move(self_));
}

// --- Writing ---------------------------------------------------------------------------------------------------------

void Connection::send(FramePtr frame) {
    if (!open_ || ending_) return;
    outbox_.push(std::move(frame));
    if (set_ != nullptr) ++set_->counters().frames_queued;
    if (!writing_) shard_.at_tick_end(*this);
}

void Connection::on_tick_end() {
    if (open_) {
        if (!writing_ && !outbox_.empty()) flush();
        return;
    }
    const auto self = std::exchange(self_, nullptr);
    if (self != nullptr && protocol_ != nullptr) guarded([this] { protocol_->on_closed(); });
}

void Connection::flush() {
    const std::size_t queued = outbox_.bytes();
    const auto written = write_outbox();
    if (set_ != nullptr) {
        ++set_->counters().flushes;
        set_->counters().bytes_written += queued - outbox_.bytes();
    }
    if (!written) return close();
    if (!*written) return wait_writable();
    if (ending_) {
        end_output();
    } else {
        guarded([this] { protocol_->on_drained(); });
    }
}

Result<bool> Connection::write_outbox() {
    if (tls_ != nullptr) return outbox_.write(*tls_, shard_.write_buffer());
    return outbox_.write(socket_.native_handle(), shard_.write_buffer());
}

void Connection::wait_writable() {
    writing_ = true;
    socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const error_code&) {
        self->writing_ = false;
        if (self->open_) self->on_writable();
    });
}

void Connection::on_writable() {
    if (tls_ != nullptr && outbox_.empty()) return read_available(); // what TLS had to say itself did not fit
    flush();
}

void Connection::end_output() {
    if (tls_ != nullptr) tls_->end();
    ::shutdown(socket_.native_handle(), SHUT_WR);
    close_later();
}

// --- Ending ----------------------------------------------------------------------------------------------------------

void Connection::close_after_flush() {
    if (!open_ || ending_) return;
    ending_ = true;
    unconsumed_.reset();
    // Input is read and dropped until the peer closes too: closing on unread bytes would reset the connection, and the
    // last answer with it.
    resume_reading();
    if (outbox_.empty())
        end_output();
    else
        wait_for_flush();
}

void Connection::wait_for_flush() {
    arm_linger(limits::kCloseFlush);
    linger_->bytes_left = outbox_.bytes();
}

void Connection::close_later() {
    if (open_) arm_linger(limits::kCloseLinger);
}

void Connection::arm_linger(std::chrono::steady_clock::duration time) {
    if (linger_ == nullptr)
        linger_ = std::make_unique<Linger>([](void* self) { static_cast<Connection*>(self)->on_lingered(); }, this);
    shard_.arm(*linger_, time);
}

void Connection::on_lingered() {
    if (tls_ != nullptr && !tls_->is_established() && set_ != nullptr) ++set_->counters().tls_failures;
    const bool is_slow = ending_ && !outbox_.empty() && outbox_.bytes() < linger_->bytes_left; // but it reads
    if (is_slow) return wait_for_flush();
    close();
}

void Connection::close() {
    if (!open_) return;
    self_ = shared_from_this();
    if (tls_ != nullptr && !ending_) tls_->end();
    leave();
    if (writing_) { // the kernel's buffer is full of what nobody reads: without a reset it stays so for minutes
        const linger at_once{1, 0};
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    error_code ignored;
    socket_.close(ignored);
    shard_.at_tick_end(*this);
}

int Connection::release_descriptor() {
    if (!open_) return -1;
    const auto self = shared_from_this();
    if (!outbox_.empty()) (void)write_outbox();
    leave();
    self_ = nullptr;
    shard_.cancel_tick_end(*this);
    error_code error;
    const int descriptor = socket_.release(error);
    return error ? -1 : descriptor;
}

std::unique_ptr<TlsStream> Connection::release_tls() {
    return std::move(tls_);
}

void Connection::abandon() {
    const auto self = shared_from_this();
    leave();
    self_ = nullptr;
    shard_.cancel_tick_end(*this);
    error_code ignored;
    socket_.close(ignored);
}

void Connection::leave() {
    open_ = false;
    outbox_.clear();
    unconsumed_.reset();
    if (linger_ != nullptr) linger_->disarm();
    if (set_ != nullptr) std::exchange(set_, nullptr)->erase(*this);
}

} // namespace hubbub::net
