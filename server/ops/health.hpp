#pragma once
#include "net/http/server.hpp"
#include "ops/shared_report.hpp"
#include "runtime/shard.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace hubbub::ops {

/// The addresses for whoever runs the server: /healthz (the process answers), /readyz (it can serve) and /metrics
/// (Prometheus text format 0.0.4). Serves every shard.
class Health {
  public:
    /// Whether requests can be served now, as seen by the shard that is asked, on its thread.
    using Ready = std::function<bool(const runtime::Shard&)>;

    /// `home` collects the metrics.
    Health(runtime::Shard& home, Ready ready, SharedReport::Collect collect)
        : ready_{std::move(ready)}, metrics_{home, std::move(collect)} {}

    /// Answers, or will, if the path is one of these; false otherwise. On the exchange's shard.
    bool handle(const std::shared_ptr<net::http::Exchange>& exchange);

  private:
    Ready ready_;
    SharedReport metrics_;
};

} // namespace hubbub::ops
