#pragma once
#include "net/http/message.hpp"
#include "runtime/shard.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace hubbub::ops {

/// One number that an operator watches. `value` may be called on any thread.
struct Metric {
    enum class Kind { counter, gauge };
    std::string name; ///< `hubbub_…`; counters end in `_total`
    std::string help;
    Kind kind = Kind::counter;
    std::string label = {}; ///< e.g. `code`; empty if it has none
    struct Sample {
        std::string label_value;
        double value;
    };
    std::function<std::vector<Sample>()> read;
};

/// The addresses for whoever runs the server: /healthz (the process answers), /readyz (it can serve) and /metrics
/// (Prometheus text format 0.0.4). Immutable once made; serves every shard.
class Health {
  public:
    using Ready = std::function<bool(const runtime::Shard&)>;

    /// `ready` says whether requests can be served now, as seen by the shard that is asked, on its thread.
    Health(Ready ready, std::vector<Metric> metrics) : ready_{std::move(ready)}, metrics_{std::move(metrics)} {}

    /// Answers if the path is one of these; on `shard`.
    bool respond(const net::http::Request& request, const runtime::Shard& shard, net::http::Response& response) const;

  private:
    std::string metrics_text() const;

    Ready ready_;
    std::vector<Metric> metrics_;
};

} // namespace hubbub::ops
