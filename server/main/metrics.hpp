#pragma once
#include "base/callback.hpp"
#include "gateway/node.hpp"
#include "net/http/server.hpp"
#include "ops/metrics.hpp"
#include "postgres/pool.hpp"
#include "socketio/server.hpp"
#include "storage/storage.hpp"

#include <memory>
#include <vector>

namespace hubbub::program {

/// Where the numbers are. All of it outlives the shards' run.
struct MetricSources {
    runtime::Shards& shards;
    socketio::Server& socketio;
    gateway::Node& node;
    std::vector<std::unique_ptr<net::http::Server>>& listeners; ///< by shard, as the following
    std::vector<std::unique_ptr<postgres::Pool>>& pools;
    std::vector<std::unique_ptr<storage::Storage>>& storages;
};

/// Reads what each shard counted, on that shard, and adds it up; `done` runs on `home`, which is the caller's shard.
void collect_metrics(const MetricSources& sources, runtime::Shard& home, Callback<void(std::vector<ops::Family>)> done);

} // namespace hubbub::program
