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
    struct Count {
        Seats& seats;
        std::size_t taken = 0;
    };
    using Taken = std::unordered_map<std::string, Count>;

  public:
    explicit Seats(Node& node) : node_{node}, taken_(node.shards.size()) {}

    /// Without a state of its own: every socket has two of them.
    struct GiveBack {
        void operator()(Taken::pointer entry) const { entry->second.seats.give_back(entry); }
    };
    /// Of a connection, which counts until it goes. On any shard.
    using Seat = std::unique_ptr<Taken::value_type, GiveBack>;

    /// One of at most `max` seats of `whose`. Null: all are taken.
    Task<Seat> take(std::string whose, std::size_t max);

  private:
    runtime::Shard& home_of(const std::string& whose);
    Taken::pointer take_at(const runtime::Shard& home, std::string whose, std::size_t max); ///< on `home`
    void give_back(Taken::pointer entry);

    Node& node_;
    std::vector<Taken> taken_; // by shard; entries do not move
};

} // namespace hubbub::gateway
