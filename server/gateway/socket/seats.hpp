#pragma once
#include "gateway/node.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace hubbub::gateway {

/// How many connections users and addresses have on this node; each is counted on the one shard that it falls to.
class Seats {
    using Taken = std::unordered_map<std::string, std::size_t>;

  public:
    explicit Seats(Node& node) : node_{node}, taken_(node.shards.size()) {}

    struct GiveBack {
        Seats* seats = nullptr;
        void operator()(Taken::pointer taken) const { seats->give_back(taken); }
    };
    /// Of a connection, which counts until it goes. On any shard.
    using Seat = std::unique_ptr<Taken::value_type, GiveBack>;

    /// One of at most `max` seats of `whose`. Null: all are taken.
    Task<Seat> take(std::string whose, std::size_t max);

  private:
    runtime::Shard& home_of(const std::string& whose);
    Task<Taken::pointer> take_here(std::string whose, std::size_t max);
    void give_back(Taken::pointer taken);

    Node& node_;
    std::vector<Taken> taken_; // by shard; entries do not move
};

} // namespace hubbub::gateway
