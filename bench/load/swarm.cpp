#include "swarm.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace hubbub::load {

using namespace std::chrono_literals;

Swarm::Swarm() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), scratch_(256 * 1024) {
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

Swarm::~Swarm() {
    ::close(epoll_);
}

void Swarm::connect(const Client::Target& target, std::size_t count, std::size_t at_once, PacketHandler& handler,
                    const std::function<std::string(std::size_t)>& auth_of, std::chrono::seconds limit) {
    const std::size_t wanted = clients_.size() + count;
    writing_.resize(wanted, true);
    const auto top_up = [&] {
        while (clients_.size() < wanted && clients_.size() - connected_ < at_once) {
            const std::size_t index = clients_.size();
            clients_.push_back(std::make_unique<Client>(target, auth_of(index), index, handler));
            watch(*clients_.back(), EPOLL_CTL_ADD);
        }
        return connected_ == wanted;
    };
    if (!run(std::chrono::steady_clock::now() + limit, top_up)) {
        throw std::runtime_error(std::to_string(connected_) + " of " + std::to_string(wanted) +
                                 " clients connected in time");
    }
}

bool Swarm::run(SteadyTime deadline, const std::function<bool()>& done) {
    while (!done()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        serve(deadline);
    }
    return true;
}

/// One round: waits for events until `deadline`, and a tenth of a second at most, and serves them.
void Swarm::serve(SteadyTime deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    std::array<epoll_event, 512> events;
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                   static_cast<int>(std::clamp(left, 0ms, 100ms).count()));
    if (count < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "epoll_wait");
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        Client& client = *static_cast<Client*>(event.data.ptr);
        const bool was_connected = client.connected();
        if (event.events & EPOLLOUT) client.flush();
        if (event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) client.on_readable(scratch_);
        if (client.connected() && !was_connected) ++connected_;
        if (writing_[client.index()] != client.wants_write()) {
            writing_[client.index()] = client.wants_write();
            watch(client, EPOLL_CTL_MOD);
        }
    }
}

std::uint64_t Swarm::bytes_received() const {
    std::uint64_t sum = 0;
    for (const auto& client : clients_) sum += client->bytes_received();
    return sum;
}

void Swarm::watch(Client& client, int operation) {
    epoll_event event{};
    event.events = EPOLLIN | (writing_[client.index()] ? EPOLLOUT : 0u);
    event.data.ptr = &client;
    if (::epoll_ctl(epoll_, operation, client.fd(), &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
}

} // namespace hubbub::load
