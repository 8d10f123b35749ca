#include "ops/health.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <utility>

namespace hubbub::ops {
namespace {

prometheus::MetricFamily to_family(const Metric& metric) {
    const bool is_counter = metric.kind == Metric::Kind::counter;
    prometheus::MetricFamily family;
    family.name = metric.name;
    family.help = metric.help;
    family.type = is_counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
    for (const auto& sample : metric.read()) {
        prometheus::ClientMetric client;
        if (!metric.label.empty()) client.label.push_back({metric.label, sample.label_value});
        (is_counter ? client.counter.value : client.gauge.value) = sample.value;
        family.metric.push_back(std::move(client));
    }
    return family;
}

} // namespace

bool Health::respond(const net::http::Request& request, const runtime::Shard& shard,
                     net::http::Response& response) const {
    if (request.path == "/healthz") {
        response = net::http::text_response(200, "ok\n");
    } else if (request.path == "/readyz") {
        const bool ready = ready_(shard);
        response = net::http::text_response(ready ? 200 : 503, ready ? "ready\n" : "not ready\n");
    } else if (request.path == "/metrics") {
        response = net::http::text_response(200, metrics_text());
    } else {
        return false;
    }
    response.headers.add("Cache-Control", "no-store");
    return true;
}

std::string Health::metrics_text() const {
    std::vector<prometheus::MetricFamily> families;
    for (const Metric& metric : metrics_) families.push_back(to_family(metric));
    return prometheus::TextSerializer{}.Serialize(families);
}

} // namespace hubbub::ops
