#include "modes.hpp"
#include "process.hpp"
#include "publishing.hpp"
#include "syscalls.hpp"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace hubbub::load {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

struct Sample {
    SteadyTime at;
    std::uint64_t deliveries;
    std::uint64_t received;
    std::uint64_t sent;
    std::chrono::nanoseconds server;
    std::chrono::nanoseconds generator;
    std::optional<std::uint64_t> syscalls; ///< the server's
};

void check(const Load& load, const Fanout& fanout) {
    const std::size_t readers = load.clients - std::min(fanout.slow, load.clients);
    if (fanout.publishers == 0 || fanout.publishers > std::min(readers, Message::kPublishersMax))
        throw std::runtime_error("publishers: from 1 to 100, and no more than there are readers");
    if (fanout.message_bytes < Message::kBytesMin) throw std::runtime_error("messages: 64 bytes at least");
    if (fanout.rate < 0) throw std::runtime_error("a rate below 0");
    if (fanout.slow > 0 && fanout.rate == 0) throw std::runtime_error("slow clients: only beside a rate");
}

boost::json::object report(const Sample& before, const Sample& after, const Publishing& publishing) {
    const double took = micros(after.at - before.at);
    const auto deliveries = static_cast<double>(after.deliveries - before.deliveries);
    boost::json::object result{
        {"deliveriesPerSecond", deliveries / took * 1e6},
        {"serverCpuMicrosPerDelivery", micros(after.server - before.server) / deliveries},
        {"bytesPerDelivery", static_cast<double>(after.received - before.received) / deliveries},
        {"bytesToServerPerDelivery", static_cast<double>(after.sent - before.sent) / deliveries},
        {"serverCpuShare", micros(after.server - before.server) / took},
        {"generatorCpuShare", micros(after.generator - before.generator) / took},
        {"sent", publishing.sent()},
        {"delivered", publishing.deliveries()},
    };
    if (before.syscalls && after.syscalls)
        result["syscallsPerDelivery"] = static_cast<double>(*after.syscalls - *before.syscalls) / deliveries;
    if (publishing.latencies().count() > 0) result["latencyMicros"] = latencies_of(publishing.latencies());
    return result;
}

} // namespace

boost::json::object run_fanout(const Load& load, const Fanout& fanout) {
    check(load, fanout);
    Publishing publishing(load, fanout);
    Swarm swarm(load.target);
    swarm.connect(
        load.clients, 100, publishing, [&](std::size_t i) { return auth_of(load, i); },
        [&] { return publishing.connected(); }, kConnectLimit);
    for (std::size_t i = publishing.readers(); i < load.clients; ++i) swarm.clients()[i]->stop_reading();

    std::optional<SyscallCounter> syscalls;
    if (fanout.count_syscalls) syscalls.emplace(load.server);
    const auto sample = [&] {
        return Sample{.at = steady_clock::now(),
                      .deliveries = publishing.deliveries(),
                      .received = swarm.poller().bytes_received,
                      .sent = swarm.poller().bytes_sent,
                      .server = cpu_time(load.server),
                      .generator = cpu_time(::getpid()),
                      .syscalls = syscalls ? syscalls->count() : std::nullopt};
    };
    const auto publish = [&] {
        if (fanout.rate > 0) publishing.publish_due();
        return false;
    };
    const SteadyTime measure_from = steady_clock::now() + fanout.warm_up;
    const SteadyTime stop_at = measure_from + load.duration;
    publishing.start(swarm, measure_from, stop_at);
    swarm.run(measure_from, publish);
    const Sample before = sample();
    swarm.run(stop_at, publish);
    const Sample after = sample();
    if (fanout.slow > 0) {
        // However few messages the time had room for: it takes this many until the server lets a client go.
        publishing.stop_at(steady_clock::now() + kDrainLimit);
        swarm.run(steady_clock::now() + kDrainLimit,
                  [&] { return publish() || publishing.slow_ended() == fanout.slow; });
        publishing.stop_at(steady_clock::now());
    }

    if (!swarm.run(steady_clock::now() + kDrainLimit, [&] { return publishing.complete(); })) {
        throw std::runtime_error(std::to_string(publishing.deliveries()) + " deliveries of " +
                                 std::to_string(publishing.sent()) + " messages to " +
                                 std::to_string(publishing.readers()) + " clients");
    }
    boost::json::object result = report(before, after, publishing);
    if (fanout.slow > 0) result["slowEnded"] = publishing.slow_ended();
    return result;
}

} // namespace hubbub::load
