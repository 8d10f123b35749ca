#include "modes.hpp"
#include "process.hpp"
#include "swarm.hpp"

#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <stdexcept>

namespace hubbub::load {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// `{"publisher":"03","number":"0000000042","content":"xxx…"}`: fixed places, so that a delivery is checked in
// nanoseconds.
constexpr std::string_view kBroadcastHead = R"(2["new_message",)";
constexpr std::size_t kObjectBytes = 120;
constexpr std::size_t kPublisherAt = std::string_view(R"({"publisher":")").size();
constexpr std::size_t kPublisherDigits = 2;
constexpr std::size_t kNumberAt = kPublisherAt + kPublisherDigits + std::string_view(R"(","number":")").size();
constexpr std::size_t kNumberDigits = 10;
constexpr std::string_view kAckHead = "3";

std::string object(std::size_t publisher, std::uint64_t number) {
    char head[64];
    const int length = std::snprintf(head, sizeof head, R"({"publisher":"%02zu","number":"%010llu","content":")",
                                     publisher, static_cast<unsigned long long>(number));
    std::string text(head, static_cast<std::size_t>(length));
    text.append(kObjectBytes - text.size() - 2, 'x');
    return text += "\"}";
}

template <typename Number> Number number_at(std::string_view text, std::size_t at, std::size_t digits) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + digits, number);
    if (error != std::errc{} || end != text.data() + at + digits)
        throw std::runtime_error("a broken message: " + std::string(text));
    return number;
}

class Publishing final : public PacketHandler {
  public:
    Publishing(const Load& load, const Fanout& options)
        : options_(options), sent_(options.publishers), expected_(load.clients * options.publishers) {}

    void start(Swarm& swarm) {
        for (std::size_t publisher = 0; publisher < options_.publishers; ++publisher) {
            Client& client = *swarm.clients()[publisher];
            for (std::size_t i = 0; i < options_.in_flight; ++i) publish(client);
            client.flush();
        }
    }

    void on_packet(Client& client, std::string_view packet) override {
        if (packet.starts_with(kBroadcastHead)) {
            on_broadcast(client, packet.substr(kBroadcastHead.size()));
        } else if (options_.until == Until::ack && packet.starts_with(kAckHead)) {
            on_turn(client);
        } else {
            throw std::runtime_error("an unexpected packet: " + std::string(packet.substr(0, 200)));
        }
    }

    void stop() { stopped_ = true; }
    std::uint64_t deliveries() const { return deliveries_; }

    std::uint64_t sent() const {
        std::uint64_t sum = 0;
        for (const std::uint64_t count : sent_) sum += count;
        return sum;
    }

  private:
    void publish(Client& client) {
        const std::uint64_t number = sent_[client.index()]++;
        std::string packet = "2";
        if (options_.until == Until::ack) packet += std::to_string(number);
        packet += R"(["send_message",)";
        packet += object(client.index(), number);
        packet += ']';
        client.send(packet);
    }

    void on_turn(Client& client) {
        if (!stopped_) publish(client);
    }

    void on_broadcast(Client& client, std::string_view message) {
        if (message.size() != kObjectBytes + 1) throw std::runtime_error("a broken message: " + std::string(message));
        const auto publisher = number_at<std::size_t>(message, kPublisherAt, kPublisherDigits);
        const auto number = number_at<std::uint64_t>(message, kNumberAt, kNumberDigits);
        if (publisher >= options_.publishers) throw std::runtime_error("a message of nobody: " + std::string(message));
        std::uint64_t& expected = expected_[client.index() * options_.publishers + publisher];
        if (number != expected) {
            throw std::runtime_error("client " + std::to_string(client.index()) + " got message " +
                                     std::to_string(number) + " of publisher " + std::to_string(publisher) + ", not " +
                                     std::to_string(expected));
        }
        ++expected;
        ++deliveries_;
        if (options_.until == Until::broadcast && publisher == client.index()) on_turn(client);
    }

    const Fanout options_;
    std::vector<std::uint64_t> sent_;     ///< by publisher
    std::vector<std::uint64_t> expected_; ///< next number, by client and publisher
    std::uint64_t deliveries_ = 0;
    bool stopped_ = false;
};

struct Sample {
    steady_clock::time_point at = steady_clock::now();
    std::uint64_t deliveries = 0;
    std::uint64_t bytes = 0;
    std::chrono::nanoseconds server{};
    std::chrono::nanoseconds generator{};
};

double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

} // namespace

void run_fanout(const Load& load, const Fanout& fanout) {
    if (fanout.publishers > std::min<std::size_t>(load.clients, 100)) throw std::runtime_error("too many publishers");
    Publishing publishing(load, fanout);
    Swarm swarm;
    swarm.connect(
        load.target, load.clients, 100, publishing, [&](std::size_t i) { return auth_of(load, i); }, 120s);

    const auto sample = [&] {
        return Sample{.deliveries = publishing.deliveries(),
                      .bytes = swarm.bytes_received(),
                      .server = cpu_time(load.server),
                      .generator = cpu_time(::getpid())};
    };
    const auto never = [] { return false; };
    publishing.start(swarm);
    swarm.run(steady_clock::now() + fanout.warm_up, never);
    const Sample before = sample();
    swarm.run(before.at + load.duration, never);
    const Sample after = sample();

    publishing.stop();
    const auto all_here = [&] { return publishing.deliveries() == publishing.sent() * load.clients; };
    if (!swarm.run(steady_clock::now() + 30s, all_here)) {
        throw std::runtime_error(std::to_string(publishing.deliveries()) + " deliveries of " +
                                 std::to_string(publishing.sent()) + " messages to " + std::to_string(load.clients) +
                                 " clients");
    }

    const double took = seconds(after.at - before.at);
    const auto deliveries = static_cast<double>(after.deliveries - before.deliveries);
    std::printf(R"({"deliveriesPerSecond": %.0f, "serverCpuMicrosPerDelivery": %.4f, "bytesPerDelivery": %.1f, )"
                R"("serverCpuShare": %.3f, "generatorCpuShare": %.3f, "sent": %llu, "delivered": %llu})"
                "\n",
                deliveries / took, seconds(after.server - before.server) * 1e6 / deliveries,
                static_cast<double>(after.bytes - before.bytes) / deliveries,
                seconds(after.server - before.server) / took, seconds(after.generator - before.generator) / took,
                static_cast<unsigned long long>(publishing.sent()),
                static_cast<unsigned long long>(publishing.deliveries()));
}

} // namespace hubbub::load
