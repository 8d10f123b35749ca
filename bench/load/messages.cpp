#include "chat.hpp"
#include "histogram.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <stdexcept>

namespace hubbub::load {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::string_view kContentHead = R"("content":")";
constexpr std::size_t kSenderDigits = 4;
constexpr std::size_t kMessageDigits = 10;

/// `0003 0000000042 xxx…` without the blanks: who sent it, and which of theirs it is.
std::string content_of(std::size_t sender, std::uint64_t number, std::size_t bytes) {
    std::array<char, 32> head;
    std::snprintf(head.data(), head.size(), "%04zu%010llu", sender, static_cast<unsigned long long>(number));
    std::string content(head.data());
    content.resize(std::max(bytes, content.size()), 'x');
    return content;
}

/// Senders that keep messages in flight in their channels, and the check of what every member gets.
class Conversation final : public ClientHandler {
  public:
    Conversation(const Load& load, const Messages& messages)
        : messages_(messages), members_(load.clients), got_(load.clients * messages.senders) {}

    std::size_t ready() const { return ready_; }
    std::uint64_t acknowledged() const { return acknowledged_; }
    std::uint64_t deliveries() const { return deliveries_; }
    const Histogram& latencies() const { return latencies_; }

    void start(Swarm& swarm, SteadyTime measure_from, SteadyTime stop_at) {
        swarm_ = &swarm;
        measure_from_ = measure_from;
        stop_at_ = stop_at;
        for (const Member& member : members_) ++sizes_[member.seat.channel];
        for (std::size_t sender = 0; sender < messages_.senders; ++sender) {
            Client& client = *swarm.clients()[sender];
            for (std::size_t i = 0; i < messages_.in_flight; ++i) send(client);
            client.flush();
        }
    }

    bool complete() const {
        std::uint64_t sent = 0;
        std::uint64_t due = 0;
        for (const Member& member : members_) {
            sent += member.sent_at.size();
            due += member.sent_at.size() * sizes_.at(member.seat.channel);
        }
        return acknowledged_ == sent && deliveries_ == due;
    }

    /// Every member got every message of their channel once: as many of each sender, and of these numbers.
    void check() const {
        for (std::size_t member = 0; member < members_.size(); ++member) {
            for (std::size_t sender = 0; sender < messages_.senders; ++sender) {
                const bool shared = members_[member].seat.channel == members_[sender].seat.channel;
                const std::uint64_t sent = shared ? members_[sender].sent_at.size() : 0;
                const Got& got = got_[member * messages_.senders + sender];
                if (got.count != sent || got.sum != sent * (sent - 1) / 2)
                    throw std::runtime_error("a member did not get each message once");
            }
        }
    }

    void on_packet(Client& client, std::string_view packet) override {
        if (packet.starts_with(kNewMessage)) return on_message(client, packet);
        if (const auto ack = ack_in(packet)) return on_ack(client, ack->id);
        if (!packet.starts_with(kConnected)) return; // what else there is to say, such as presence
        members_[client.index()].seat = seats_in(packet).at(0);
        ++ready_;
    }

  private:
    struct Member {
        Seat seat{};
        std::vector<SteadyTime> sent_at; ///< by number
    };
    struct Got {
        std::uint64_t count = 0;
        std::uint64_t sum = 0; ///< of their numbers
    };

    void send(Client& client) {
        Member& member = members_[client.index()];
        const std::uint64_t number = member.sent_at.size();
        member.sent_at.push_back(steady_clock::now());
        client.send(
            send_packet(number, member.seat.channel, content_of(client.index(), number, messages_.message_bytes)));
    }

    void on_ack(Client& client, std::uint64_t number) {
        ++acknowledged_;
        const SteadyTime now = swarm_->poller().now();
        const SteadyTime sent = members_[client.index()].sent_at.at(number);
        if (sent >= measure_from_ && sent < stop_at_) latencies_.record(now - sent);
        if (now < stop_at_) send(client);
    }

    void on_message(const Client& client, std::string_view packet) {
        Seat& seat = members_[client.index()].seat;
        const std::int64_t event_seq = number_behind(packet, R"("eventSeq":)");
        if (messages_.ordered && event_seq != seat.last_event_seq + 1)
            throw std::runtime_error("out of order: event " + std::to_string(event_seq) + " after " +
                                     std::to_string(seat.last_event_seq));
        seat.last_event_seq = event_seq;
        const auto at = packet.find(kContentHead) + kContentHead.size();
        const auto sender = std::stoull(std::string(packet.substr(at, kSenderDigits)));
        const auto number = std::stoull(std::string(packet.substr(at + kSenderDigits, kMessageDigits)));
        Got& got = got_.at(client.index() * messages_.senders + sender);
        ++got.count;
        got.sum += number;
        ++deliveries_;
    }

    const Messages messages_;
    Swarm* swarm_ = nullptr;
    std::size_t ready_ = 0;
    std::vector<Member> members_;               ///< by client
    std::vector<Got> got_;                      ///< by client and sender
    std::map<std::int64_t, std::size_t> sizes_; ///< channel → its members among the clients
    std::uint64_t acknowledged_ = 0;
    std::uint64_t deliveries_ = 0;
    SteadyTime measure_from_;
    SteadyTime stop_at_;
    Histogram latencies_;
};

} // namespace

boost::json::object run_messages(const Load& load, const Messages& messages) {
    if (messages.senders == 0 || messages.senders > load.clients || load.clients > load.tokens.size())
        throw std::runtime_error("senders: from 1 to as many as there are clients; a token for each client");
    Conversation conversation(load, messages);
    Swarm swarm(load.target);
    swarm.connect(
        load.clients, 50, conversation, [&](std::size_t i) { return auth_of(load, i); },
        [&] { return conversation.ready(); }, kConnectLimit);

    const SteadyTime measure_from = steady_clock::now() + messages.warm_up;
    const SteadyTime stop_at = measure_from + load.duration;
    conversation.start(swarm, measure_from, stop_at);
    swarm.run(measure_from);
    const Usage before = usage_of(load);
    const std::uint64_t acknowledged_before = conversation.acknowledged();
    const std::uint64_t deliveries_before = conversation.deliveries();
    swarm.run(stop_at);
    const Usage after = usage_of(load);
    const std::uint64_t acknowledged = conversation.acknowledged() - acknowledged_before;
    const std::uint64_t deliveries = conversation.deliveries() - deliveries_before;

    if (!swarm.run(steady_clock::now() + kDrainLimit, [&] { return conversation.complete(); }))
        throw std::runtime_error("not every message was acknowledged and delivered to every member");
    conversation.check();
    boost::json::object result = cost_since(before, after, acknowledged, "Message");
    const double took = std::chrono::duration<double>(after.at - before.at).count();
    result["messagesPerSecond"] = static_cast<double>(acknowledged) / took;
    result["deliveriesPerSecond"] = static_cast<double>(deliveries) / took;
    result["latencyMicros"] = latencies_of(conversation.latencies());
    return result;
}

} // namespace hubbub::load
