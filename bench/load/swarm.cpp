#include "swarm.hpp"

#include <algorithm>
#include <stdexcept>

namespace hubbub::load {

void Swarm::connect(std::size_t count, std::size_t at_once, ClientHandler& handler,
                    const std::function<std::string(std::size_t)>& auth_of, const std::function<std::size_t()>& ready,
                    std::chrono::seconds limit) {
    const auto top_up = [&] {
        while (clients_.size() < count && clients_.size() - ready() < at_once) {
            const std::size_t index = clients_.size();
            clients_.push_back(make_client(poller_, target_, auth_of(index), index, handler));
        }
        return ready() == count;
    };
    if (!run(std::chrono::steady_clock::now() + limit, top_up)) {
        throw std::runtime_error(std::to_string(ready()) + " of " + std::to_string(count) +
                                 " clients connected in time");
    }
}

bool Swarm::run(SteadyTime deadline, const Done& done) {
    while (!done()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        poller_.serve(std::min(deadline, wake_));
    }
    return true;
}

void Swarm::run(SteadyTime deadline) {
    run(deadline, [] { return false; });
}

} // namespace hubbub::load
