#pragma once
#include "base/callback.hpp"
#include "net/http/server.hpp"
#include "ops/metrics.hpp"
#include "runtime/shard.hpp"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace hubbub::ops {

/// The addresses for whoever runs the server: /healthz (the process answers), /readyz (it can serve) and /metrics
/// (Prometheus text format 0.0.4). Immutable once made; serves every shard.
class Health {
  public:
    /// Whether requests can be served now, as seen by the shard that is asked, on its thread.
    using Ready = std::function<bool(const runtime::Shard&)>;
    /// Reads everything, and calls back on the given shard, which is the caller's.
    using Collect = std::function<void(runtime::Shard&, Callback<void(std::vector<Family>)>)>;

    Health(Ready ready, Collect collect) : ready_{std::move(ready)}, collect_{std::move(collect)} {}

    /// Answers, or will, if the path is one of these; false otherwise. On the exchange's shard.
    bool handle(const std::shared_ptr<net::http::Exchange>& exchange) const;

  private:
    Ready ready_;
    Collect collect_;
};

} // namespace hubbub::ops
