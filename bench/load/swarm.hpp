#pragma once
#include "client.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace hubbub::load {

using SteadyTime = std::chrono::steady_clock::time_point;

/// Many clients on one epoll instance and one thread.
class Swarm {
  public:
    Swarm();
    Swarm(const Swarm&) = delete;
    Swarm& operator=(const Swarm&) = delete;
    ~Swarm();

    /// Connects `count` clients, at most `at_once` of them under way at a time, and returns when all are connected.
    /// Their packets go to `handler`, also later. `auth_of(i)` gives each its CONNECT payload. Throws after `limit`.
    void connect(const Client::Target& target, std::size_t count, std::size_t at_once, PacketHandler& handler,
                 const std::function<std::string(std::size_t)>& auth_of, std::chrono::seconds limit);

    /// Serves the clients until `done` says so (asked once a round) or `deadline` has come; whether it was `done`.
    bool run(SteadyTime deadline, const std::function<bool()>& done);

    const std::vector<std::unique_ptr<Client>>& clients() const { return clients_; }
    std::uint64_t bytes_received() const;

  private:
    void serve(SteadyTime deadline);
    void watch(Client& client, int operation);

    int epoll_;
    std::size_t connected_ = 0;
    std::vector<std::unique_ptr<Client>> clients_;
    std::vector<bool> writing_; ///< by index: EPOLLOUT is asked for
    std::vector<char> scratch_;
};

} // namespace hubbub::load
