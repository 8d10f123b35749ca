#include "chat.hpp"
#include "histogram.hpp"

#include <stdexcept>

namespace hubbub::load {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::size_t kPage = 50;

/// Asks for the same page again and again.
class Reader final : public ClientHandler {
  public:
    explicit Reader(std::int64_t before) : before_(before) {}
    std::size_t ready() const { return channel_ == 0 ? 0 : 1; }
    const Histogram& times() const { return times_; }
    std::uint64_t pages() const { return times_.count(); }

    void start(Client& client, SteadyTime stop_at) {
        stop_at_ = stop_at;
        ask(client);
        client.flush();
    }

    void on_packet(Client& client, std::string_view packet) override {
        if (packet.starts_with(kConnected)) {
            channel_ = seats_in(packet).at(0).channel;
        } else if (const auto ack = ack_in(packet)) {
            times_.record(steady_clock::now() - asked_);
            std::size_t messages = 0;
            for (auto at = ack->body.find(R"("seq":)"); at != std::string_view::npos; ++messages)
                at = ack->body.find(R"("seq":)", at + 1);
            if (messages != kPage)
                throw std::runtime_error("not a full page: " + std::string(ack->body.substr(0, 200)));
            if (steady_clock::now() < stop_at_) ask(client);
        }
    }

  private:
    void ask(Client& client) {
        std::string packet = R"(20["get_history",{"chatChannelId":)" + std::to_string(channel_);
        if (before_ != 0) packet += R"(,"before":)" + std::to_string(before_);
        asked_ = steady_clock::now();
        client.send(packet + R"(,"limit":)" + std::to_string(kPage) + "}]");
    }

    const std::int64_t before_;
    std::int64_t channel_ = 0;
    SteadyTime asked_;
    SteadyTime stop_at_;
    Histogram times_;
};

} // namespace

boost::json::object run_history(const Load& load, std::int64_t before_message) {
    Reader reader(before_message);
    Swarm swarm(load.target);
    swarm.connect(
        1, 1, reader, [&](std::size_t) { return auth_of(load, 0); }, [&] { return reader.ready(); }, 60s);
    const Usage before = usage_of(load);
    const SteadyTime stop_at = steady_clock::now() + load.duration;
    reader.start(*swarm.clients()[0], stop_at);
    swarm.run(stop_at);
    boost::json::object result = cost_since(before, usage_of(load), reader.pages(), "Page");
    result["latencyMicros"] = latencies_of(reader.times());
    return result;
}

} // namespace hubbub::load
