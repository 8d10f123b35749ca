#pragma once
#include "client.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace hubbub::load {

/// Many clients on one thread.
class Swarm {
  public:
    /// Says whether what was awaited has come; asked once a round.
    using Done = std::function<bool()>;

    explicit Swarm(const Target& target) : target_(target) {}

    /// Connects `count` clients, at most `at_once` of them not `ready` at a time, and returns when `ready()` has come
    /// to `count`. Their packets go to `handler`, also later. `auth_of(i)` gives each its CONNECT payload. Throws after
    /// `limit`.
    void connect(std::size_t count, std::size_t at_once, ClientHandler& handler,
                 const std::function<std::string(std::size_t)>& auth_of, const std::function<std::size_t()>& ready,
                 std::chrono::seconds limit);

    /// Serves the clients until `done` or `deadline` has come; whether it was `done`.
    bool run(SteadyTime deadline, const Done& done);
    /// Serves the clients until `deadline`.
    void run(SteadyTime deadline);
    /// A round of `run` ends at `time` at the latest, to ask `done`.
    void wake_at(SteadyTime time) { wake_ = time; }

    const std::vector<std::unique_ptr<Client>>& clients() const { return clients_; }
    const Poller& poller() const { return poller_; }

  private:
    const Target target_;
    Poller poller_;
    SteadyTime wake_ = SteadyTime::max();
    std::vector<std::unique_ptr<Client>> clients_;
};

} // namespace hubbub::load
