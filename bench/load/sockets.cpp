#include "modes.hpp"
#include "process.hpp"
#include "swarm.hpp"

#include <cstdio>

namespace hubbub::load {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kConnectLimit = 300s;
constexpr auto kSettling = 3s;

/// What the server says on its own (`connected`, presence) is not counted here.
class Ignoring final : public PacketHandler {
  public:
    void on_packet(Client&, std::string_view) override {}
};

double micros(std::chrono::nanoseconds time) {
    return std::chrono::duration<double, std::micro>(time).count();
}

double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

} // namespace

std::string auth_of(const Load& load, std::size_t index) {
    if (load.tokens.empty()) return "";
    return R"({"token":")" + load.tokens[index % load.tokens.size()] + R"("})";
}

void run_idle(const Load& load) {
    const auto auth = [&](std::size_t i) { return auth_of(load, i); };
    const auto never = [] { return false; };
    Ignoring ignoring;
    {
        // The first sockets bring in code and pools that no later socket pays for.
        Swarm first;
        first.connect(load.target, 100, 10, ignoring, auth, kConnectLimit);
        first.run(steady_clock::now() + 1s, never);
    }
    Swarm swarm;
    swarm.run(steady_clock::now() + kSettling, never);
    const auto pss_before = pss_bytes(load.server);
    swarm.connect(load.target, load.clients, 100, ignoring, auth, kConnectLimit);
    swarm.run(steady_clock::now() + kSettling, never);
    const auto pss_after = pss_bytes(load.server);

    const auto cpu_before = cpu_time(load.server);
    const auto began = steady_clock::now();
    swarm.run(began + load.duration, never);
    const auto cpu = cpu_time(load.server) - cpu_before;

    const auto clients = static_cast<double>(load.clients);
    const double grown = static_cast<double>(pss_after) - static_cast<double>(pss_before);
    std::printf(
        R"({"pssBytesPerSocket": %.0f, "cpuMicrosPerSocketSecond": %.3f, "pssBytesBefore": %llu, "pssBytesAfter": %llu})"
        "\n",
        grown / clients, micros(cpu) / clients / seconds(steady_clock::now() - began),
        static_cast<unsigned long long>(pss_before), static_cast<unsigned long long>(pss_after));
}

void run_connect(const Load& load, std::size_t at_once) {
    Ignoring ignoring;
    Swarm swarm;
    const auto cpu_before = cpu_time(load.server);
    const auto began = steady_clock::now();
    swarm.connect(
        load.target, load.clients, at_once, ignoring, [&](std::size_t i) { return auth_of(load, i); }, kConnectLimit);
    const double took = seconds(steady_clock::now() - began);
    const auto clients = static_cast<double>(load.clients);
    std::printf(R"({"connectsPerSecond": %.0f, "serverCpuMicrosPerConnect": %.1f})"
                "\n",
                clients / took, micros(cpu_time(load.server) - cpu_before) / clients);
}

} // namespace hubbub::load
