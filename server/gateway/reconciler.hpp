#pragma once
#include "gateway/live_sockets.hpp"
#include "gateway/memberships.hpp"
#include "gateway/node.hpp"

#include <memory>
#include <set>
#include <tuple>
#include <unordered_set>
#include <vector>

namespace hubbub::gateway {

/// Looks every few seconds whether rooms, sockets and broadcasts are as the database has it: what an operator's command
/// or another process has changed, and what was committed though its answer never came, takes effect here.
class Reconciler {
  public:
    Reconciler(Node& node, LiveSockets& sockets, Memberships& memberships)
        : node_{node}, sockets_{sockets}, memberships_{memberships} {}

    /// Before the shards run, when all have their services.
    void start();

  private:
    using Loop = Task<> (Reconciler::*)(runtime::Shard&);
    void keep_running(runtime::Shard& shard, Loop loop);

    // What changed since the last look: on the first shard. False if the database did not say.
    Task<> follow_changes(runtime::Shard& shard);
    Task<bool> follow_memberships(Timestamp since);
    Task<bool> follow_sessions(Timestamp since);

    // Heads of the channels that a shard owns and whose rooms are in use: on each.
    Task<> compare_heads(runtime::Shard& shard);
    Task<> compare_heads_once(runtime::Shard& shard);
    Task<> forget_unused(runtime::Shard& shard);

    Node& node_;
    LiveSockets& sockets_;
    Memberships& memberships_;
    Timestamp looked_at_; ///< by the database's clock; none before the first look
    /// Changes of memberships, by time, that the last look found to be in force.
    std::set<std::tuple<Timestamp, ChannelId, UserId>> in_force_;
};

} // namespace hubbub::gateway
