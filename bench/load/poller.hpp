#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::load {

using SteadyTime = std::chrono::steady_clock::time_point;

class Connection;

/// One epoll instance on the one thread there is.
class Poller {
  public:
    Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;
    ~Poller();

    /// One round: waits for events until `deadline`, and a tenth of a second at most, and serves them.
    void serve(SteadyTime deadline);
    /// When the connection that is being served was found to have something: one clock call for all that it got.
    SteadyTime now() const { return now_; }

    /// Destroys a connection at the end of the round: events of it may still be at hand.
    void retire(std::unique_ptr<Connection> connection);

    std::uint64_t bytes_received = 0; ///< by all connections
    std::uint64_t bytes_sent = 0;

  private:
    friend class Connection;
    void control(int operation, Connection& connection, std::uint32_t events);

    int epoll_;
    SteadyTime now_;
    std::vector<char> scratch_;
    std::vector<std::unique_ptr<Connection>> retired_;
};

/// What reads the bytes of a connection.
class ConnectionHandler {
  public:
    virtual ~ConnectionHandler() = default;
    /// Everything unconsumed so far. How many bytes of its front are done with.
    virtual std::size_t on_data(Connection& connection, std::string_view bytes) = 0;
    /// The server closed or reset it.
    virtual void on_end(Connection& connection) = 0;
};

/// One TCP connection to a server on 127.0.0.1.
class Connection {
  public:
    /// Starts to connect. What is queued meanwhile leaves once it can.
    Connection(Poller& poller, std::uint16_t port, ConnectionHandler& handler);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    /// Queues bytes; `flush` sends what is queued, or what the socket takes of it.
    void queue(std::string_view bytes) { out_ += bytes; }
    std::string& out() { return out_; }
    void flush();

    /// Leaves what comes in the kernel, which soon takes no more.
    void stop_reading();

  private:
    friend class Poller;
    void on_events(std::uint32_t events, std::span<char> scratch);
    void on_readable(std::span<char> scratch);
    void end();
    void watch(bool reading, bool writing);

    Poller& poller_;
    ConnectionHandler& handler_;
    std::string carry_; ///< what the handler left
    std::string out_;
    int fd_;
    bool reading_ = true;
    bool writing_ = true; ///< EPOLLOUT is asked for
    bool ended_ = false;
};

} // namespace hubbub::load
