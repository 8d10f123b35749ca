#include "publishing.hpp"

#include <numeric>
#include <stdexcept>

namespace hubbub::load {

namespace {

constexpr std::string_view kBroadcastHead = R"(2["new_message",)";

} // namespace

Publishing::Publishing(const Load& load, const Fanout& fanout)
    : fanout_(fanout),
      readers_(load.clients - fanout.slow),
      sent_(fanout.publishers),
      expected_(readers_ * fanout.publishers) {
    if (fanout.rate > 0) interval_ = std::chrono::duration<double>(1 / fanout.rate);
}

void Publishing::start(Swarm& swarm, SteadyTime measure_from, SteadyTime measure_to) {
    swarm_ = &swarm;
    began_ = std::chrono::steady_clock::now();
    measure_from_ = measure_from;
    measure_to_ = stop_at_ = measure_to;
    if (fanout_.rate > 0) return;
    for (std::size_t publisher = 0; publisher < fanout_.publishers; ++publisher) {
        Client& client = *swarm.clients()[publisher];
        for (std::size_t i = 0; i < fanout_.in_flight; ++i) publish(client);
        client.flush();
    }
}

/// The publishers take turns, so a message's place in the schedule is in its publisher and number.
SteadyTime Publishing::intended(const Message& message) const {
    const auto turn = static_cast<double>(message.number * fanout_.publishers + message.publisher);
    return began_ + std::chrono::duration_cast<std::chrono::nanoseconds>(interval_ * turn);
}

void Publishing::publish_due() {
    const SteadyTime now = std::chrono::steady_clock::now();
    for (;;) {
        const std::uint64_t count = sent();
        const std::size_t publisher = count % fanout_.publishers;
        const SteadyTime due = intended({.publisher = publisher, .number = sent_[publisher]});
        if (due >= stop_at_) return swarm_->wake_at(SteadyTime::max());
        if (due > now) return swarm_->wake_at(due);
        Client& client = *swarm_->clients()[publisher];
        publish(client);
        client.flush();
    }
}

void Publishing::publish(Client& client) {
    const Message message{.publisher = client.index(), .number = sent_[client.index()]++};
    client.send(R"(2["send_message",)" + to_json(message, fanout_.message_bytes) + "]");
}

std::uint64_t Publishing::sent() const {
    return std::accumulate(sent_.begin(), sent_.end(), std::uint64_t{0});
}

void Publishing::on_packet(Client& client, std::string_view packet) {
    if (client.index() >= readers_) return;
    if (!packet.starts_with(kBroadcastHead))
        throw std::runtime_error("an unexpected packet: " + std::string(packet.substr(0, 200)));
    packet.remove_prefix(kBroadcastHead.size());
    packet.remove_suffix(1);
    const Message message = parse_message(packet, fanout_.message_bytes);
    if (message.publisher >= fanout_.publishers)
        throw std::runtime_error("a message of nobody: " + std::string(packet.substr(0, 200)));
    std::uint64_t& expected = expected_[client.index() * fanout_.publishers + message.publisher];
    if (message.number != expected) {
        throw std::runtime_error("client " + std::to_string(client.index()) + " got message " +
                                 std::to_string(message.number) + " of publisher " + std::to_string(message.publisher) +
                                 ", not " + std::to_string(expected));
    }
    ++expected;
    ++deliveries_;

    const SteadyTime now = swarm_->poller().now();
    if (fanout_.rate > 0) {
        const SteadyTime meant = intended(message);
        if (meant >= measure_from_ && meant < measure_to_) latencies_.record(now - meant);
    } else if (message.publisher == client.index() && now < stop_at_) {
        publish(client);
    }
}

void Publishing::on_end(Client& client) {
    if (client.index() < readers_) return ClientHandler::on_end(client);
    slow_ended_.insert(client.index());
}

} // namespace hubbub::load
