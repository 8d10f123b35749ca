#include "ops/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string_view>

namespace hubbub::ops {
namespace {

prometheus::MetricType to_type(Family::Kind kind) {
    switch (kind) {
    case Family::Kind::counter: return prometheus::MetricType::Counter;
    case Family::Kind::gauge: return prometheus::MetricType::Gauge;
    case Family::Kind::histogram: return prometheus::MetricType::Histogram;
    }
    return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric::Histogram to_buckets(const Histogram& histogram) {
    prometheus::ClientMetric::Histogram result;
    const auto counts = histogram.counts();
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        so_far += counts[i];
        const bool is_last = i == histogram.bounds().size();
        result.bucket.push_back({so_far, is_last ? std::numeric_limits<double>::infinity() : histogram.bounds()[i]});
    }
    result.sample_count = so_far;
    result.sample_sum = histogram.sum();
    return result;
}

prometheus::ClientMetric to_client_metric(const Family& family, const Family::Sample& sample) {
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
    if (const auto* histogram = std::get_if<Histogram>(&sample.value)) {
        metric.histogram = to_buckets(*histogram);
    } else {
        const double value = std::get<double>(sample.value);
        (family.kind == Family::Kind::counter ? metric.counter.value : metric.gauge.value) = value;
    }
    return metric;
}

/// Of /proc/self/statm; 0 where there is none.
double resident_bytes() {
    std::ifstream in{"/proc/self/statm"};
    double total = 0;
    double resident = 0;
    in >> total >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double processor_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + time.tv_usec / 1e6; };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double open_descriptors() {
    std::error_code ignored;
    const std::filesystem::directory_iterator entries{"/proc/self/fd", ignored};
    return static_cast<double>(std::distance(begin(entries), end(entries)));
}

} // namespace

std::string to_text(const std::vector<Family>& families) {
    std::vector<prometheus::MetricFamily> all;
    for (const Family& family : families) {
        prometheus::MetricFamily converted;
        converted.name = family.name;
        converted.help = family.help;
        converted.type = to_type(family.kind);
        for (const auto& sample : family.samples) converted.metric.push_back(to_client_metric(family, sample));
        all.push_back(std::move(converted));
    }
    return prometheus::TextSerializer{}.Serialize(all);
}

std::vector<Family> process_families() {
    using enum Family::Kind;
    return {
        {"process_resident_memory_bytes", "Memory in RAM", gauge, {{{}, resident_bytes()}}},
        {"process_cpu_seconds_total", "Processor time used", counter, {{{}, processor_seconds()}}},
        {"process_open_fds", "Open file descriptors", gauge, {{{}, open_descriptors()}}},
    };
}

} // namespace hubbub::ops
