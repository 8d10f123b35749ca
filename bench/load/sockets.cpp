#include "modes.hpp"
#include "process.hpp"
#include "swarm.hpp"

namespace hubbub::load {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kManyConnectLimit = 300s;
constexpr auto kSettling = 3s;

/// Counts the clients that are in: accepted, and if they have a token, told so by the server's own `connected`. What
/// else the server says (presence) is not looked at.
class Arrivals final : public ClientHandler {
  public:
    explicit Arrivals(const Load& load) : told_(!load.tokens.empty()) {}
    std::size_t count() const { return count_; }

    void on_connected(Client&) override { count_ += told_ ? 0 : 1; }
    void on_packet(Client&, std::string_view packet) override {
        if (told_ && packet.starts_with(R"(2["connected",)")) ++count_;
    }

  private:
    const bool told_;
    std::size_t count_ = 0;
};

double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

/// Clients that stay as long as this lives.
class Crowd {
  public:
    Crowd(const Load& load, std::size_t clients, std::size_t at_once) : arrivals_(load), swarm_(load.target) {
        swarm_.connect(
            clients, at_once, arrivals_, [&](std::size_t i) { return auth_of(load, i); },
            [this] { return arrivals_.count(); }, kManyConnectLimit);
    }
    void stay(std::chrono::milliseconds time) { swarm_.run(steady_clock::now() + time); }

  private:
    Arrivals arrivals_;
    Swarm swarm_;
};

} // namespace

std::string auth_of(const Load& load, std::size_t index) {
    if (load.tokens.empty()) return "";
    return R"({"token":")" + load.tokens[index % load.tokens.size()] + R"("})";
}

boost::json::object run_idle(const Load& load) {
    // The first sockets bring in code and pools that no later socket pays for.
    Crowd(load, 100, 10).stay(1s);
    Crowd(load, 0, 1).stay(kSettling);
    const auto pss_before = pss_bytes(load.server);
    Crowd crowd(load, load.clients, 100);
    crowd.stay(kSettling);
    const auto pss_after = pss_bytes(load.server);

    const auto cpu_before = cpu_time(load.server);
    const auto began = steady_clock::now();
    crowd.stay(load.duration);
    const auto cpu = cpu_time(load.server) - cpu_before;

    const auto clients = static_cast<double>(load.clients);
    const double grown = static_cast<double>(pss_after) - static_cast<double>(pss_before);
    return {{"pssBytesPerSocket", grown / clients},
            {"cpuMicrosPerSocketSecond", micros(cpu) / clients / seconds(steady_clock::now() - began)},
            {"pssBytesBefore", pss_before},
            {"pssBytesAfter", pss_after}};
}

boost::json::object run_connect(const Load& load, std::size_t at_once, std::size_t warm_up) {
    Crowd(load, warm_up, at_once).stay(0s);
    Crowd(load, 0, 1).stay(1s); // for the server to see them leave
    const auto database = [&] { return load.database == 0 ? 0ns : cpu_time_of_children(load.database); };
    const auto database_before = database();
    const auto cpu_before = cpu_time(load.server);
    const auto began = steady_clock::now();
    const Crowd crowd(load, load.clients, at_once);
    const double took = seconds(steady_clock::now() - began);
    const auto clients = static_cast<double>(load.clients);
    boost::json::object result{
        {"connectsPerSecond", clients / took},
        {"serverCpuMicrosPerConnect", micros(cpu_time(load.server) - cpu_before) / clients},
    };
    if (load.database != 0) result["databaseCpuMicrosPerConnect"] = micros(database() - database_before) / clients;
    return result;
}

} // namespace hubbub::load
