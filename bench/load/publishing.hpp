#pragma once
#include "histogram.hpp"
#include "message.hpp"
#include "modes.hpp"
#include "swarm.hpp"

#include <set>

namespace hubbub::load {

/// The publishers of a fan-out, and the check of what all clients get.
class Publishing final : public ClientHandler {
  public:
    Publishing(const Load& load, const Fanout& fanout);

    std::size_t connected() const { return connected_; }
    /// The first messages. Latencies count of messages meant for the time from `measure_from` to `measure_to`, when
    /// publishing stops.
    void start(Swarm& swarm, SteadyTime measure_from, SteadyTime measure_to);
    /// Open loop: publishes until another time.
    void stop_at(SteadyTime time) { stop_at_ = time; }
    /// Open loop: publishes what is due, and has the swarm wake for what is next.
    void publish_due();
    /// Every message has come to every client that reads.
    bool complete() const { return deliveries_ == sent() * readers_; }
    /// Those slow clients that the server has let go.
    std::size_t slow_ended() const { return slow_ended_.size(); }

    std::uint64_t sent() const;
    std::uint64_t deliveries() const { return deliveries_; }
    std::size_t readers() const { return readers_; }
    const Histogram& latencies() const { return latencies_; }

    void on_connected(Client&) override { ++connected_; }
    void on_packet(Client& client, std::string_view packet) override;
    void on_end(Client& client) override;

  private:
    void publish(Client& client);
    SteadyTime intended(const Message& message) const;

    const Fanout fanout_;
    const std::size_t readers_;
    Swarm* swarm_ = nullptr;
    std::size_t connected_ = 0;
    std::vector<std::uint64_t> sent_;     ///< by publisher
    std::vector<std::uint64_t> expected_; ///< next number, by client and publisher
    std::uint64_t deliveries_ = 0;
    std::set<std::size_t> slow_ended_;
    std::chrono::duration<double, std::nano> interval_{}; ///< between messages; open loop
    SteadyTime began_;
    SteadyTime measure_from_;
    SteadyTime measure_to_;
    SteadyTime stop_at_;
    Histogram latencies_;
};

} // namespace hubbub::load
