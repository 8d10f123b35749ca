#include "gateway/seats.hpp"

#include "gateway/internal/completion.hpp"

#include <functional>
#include <utility>

namespace hubbub::gateway {

Task<Seats::Seat> Seats::take(std::string whose, std::size_t max) {
    auto& io = home_of(whose).io();
    auto* entry = co_await internal::on(io, take_here(std::move(whose), max));
    co_return Seat{entry};
}

Task<Seats::Taken::pointer> Seats::take_here(std::string whose, std::size_t max) {
    Taken& here = taken_[home_of(whose).index()];
    const auto found = here.find(whose);
    if (found != here.end() && found->second.taken >= max) co_return nullptr;
    auto& entry = *here.try_emplace(std::move(whose), Count{*this}).first;
    ++entry.second.taken;
    co_return &entry;
}

void Seats::give_back(Taken::pointer entry) {
    if (node_.draining) return; // the shards may be gone already
    runtime::Shard& home = home_of(entry->first);
    home.post([this, entry, &home] {
        if (--entry->second.taken == 0) taken_[home.index()].erase(entry->first);
    });
}

runtime::Shard& Seats::home_of(const std::string& whose) {
    return node_.shards[std::hash<std::string>{}(whose) % node_.shards.size()];
}

} // namespace hubbub::gateway
