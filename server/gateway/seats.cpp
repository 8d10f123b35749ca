#include "gateway/seats.hpp"

#include "gateway/internal/completion.hpp"

#include <functional>
#include <utility>

namespace hubbub::gateway {

Task<Seats::Seat> Seats::take(std::string whose, std::size_t max) {
    runtime::Shard& home = home_of(whose);
    if (home.on_this_thread()) co_return Seat{take_at(home, std::move(whose), max)};
    auto there = [](Seats& seats, runtime::Shard& shard, std::string name, std::size_t most) -> Task<Taken::pointer> {
        co_return seats.take_at(shard, std::move(name), most);
    };
    auto* entry = co_await internal::on(home.io(), there(*this, home, std::move(whose), max));
    co_return Seat{entry};
}

Seats::Taken::pointer Seats::take_at(const runtime::Shard& home, std::string whose, std::size_t max) {
    Taken& here = taken_[home.index()];
    const auto found = here.find(whose);
    if (found != here.end() && found->second.taken >= max) return nullptr;
    auto& entry = *here.try_emplace(std::move(whose), Count{*this}).first;
    ++entry.second.taken;
    return &entry;
}

void Seats::give_back(Taken::pointer entry) {
    if (node_.draining) return; // the shards may be gone already
    runtime::Shard& home = home_of(entry->first);
    auto give = [this, entry, &home] {
        if (--entry->second.taken == 0) taken_[home.index()].erase(entry->first);
    };
    if (home.on_this_thread()) return give();
    home.post(std::move(give));
}

runtime::Shard& Seats::home_of(const std::string& whose) {
    return node_.shards[std::hash<std::string>{}(whose) % node_.shards.size()];
}

} // namespace hubbub::gateway
