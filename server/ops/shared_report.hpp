#pragma once
#include "base/callback.hpp"
#include "net/http/server.hpp"
#include "ops/metrics.hpp"
#include "runtime/shard.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace hubbub::ops {

/// Answers requests for the metrics. To collect them costs a walk through all rooms on every shard, and anybody may
/// ask: so it begins at most once in limits::kMetricsPause, and all who ask before it begins share one answer, which is
/// never older than their request.
class SharedReport {
  public:
    /// Reads everything, and calls back on the given shard, which is the caller's.
    using Collect = std::function<void(runtime::Shard&, Callback<void(std::vector<Family>)>)>;

    /// `home` does the work.
    SharedReport(runtime::Shard& home, Collect collect);

    /// On the exchange's shard.
    void answer(const std::shared_ptr<net::http::Exchange>& exchange);

  private:
    using Exchanges = std::vector<std::shared_ptr<net::http::Exchange>>;

    void wait(std::shared_ptr<net::http::Exchange> exchange);
    void begin();
    void finish(const std::vector<Family>& families);

    runtime::Shard& home_;
    const Collect collect_;
    runtime::Timer next_;
    Exchanges waiting_;  ///< for the next collection
    Exchanges answered_; ///< by the one under way
    std::chrono::steady_clock::time_point begun_{};
};

} // namespace hubbub::ops
