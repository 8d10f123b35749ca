#include "chat.hpp"
#include "histogram.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <set>
#include <stdexcept>

namespace hubbub::load {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kLimit = 300s;

/// Clients that learn their channels, and leave again.
class Residents final : public ClientHandler {
  public:
    explicit Residents(std::size_t clients) : seats_(clients) {}
    std::size_t ready() const { return ready_; }
    const std::vector<Seat>& seats(std::size_t client) const { return seats_[client]; }

    void on_packet(Client& client, std::string_view packet) override {
        if (!packet.starts_with(kConnected)) return;
        seats_[client.index()] = seats_in(packet);
        ++ready_;
    }

  private:
    std::vector<std::vector<Seat>> seats_;
    std::size_t ready_ = 0;
};

/// One who writes `missed` messages into each of their channels.
class Writer final : public ClientHandler {
  public:
    Writer(std::vector<std::int64_t> channels, std::size_t missed) : channels_(std::move(channels)), missed_(missed) {}
    std::size_t done() const { return acknowledged_ == channels_.size() * missed_ ? 1 : 0; }

    void on_packet(Client& client, std::string_view packet) override {
        if (ack_in(packet)) {
            ++acknowledged_;
        } else if (packet.starts_with(kConnected)) {
            for (std::size_t i = 0; i < channels_.size() * missed_; ++i)
                client.send(send_packet(i, channels_[i % channels_.size()], std::string(120, 'm')));
        }
    }

  private:
    const std::vector<std::int64_t> channels_;
    const std::size_t missed_;
    std::size_t acknowledged_ = 0;
};

/// The clients as they come back, each with `resume` for what it knew.
class Returning final : public ClientHandler {
  public:
    Returning(const Residents& residents, std::size_t clients) : residents_(residents), answers_(clients) {}
    void start() { began_ = steady_clock::now(); }
    std::size_t ready() const { return ready_; }
    const std::string& answer(std::size_t client) const { return answers_[client]; }
    const Histogram& times() const { return times_; }

    void on_packet(Client& client, std::string_view packet) override {
        if (packet.starts_with(kConnected)) return client.send(resume_packet(residents_.seats(client.index())));
        const auto ack = ack_in(packet);
        if (!ack) return;
        answers_[client.index()] = ack->body;
        times_.record(steady_clock::now() - began_);
        ++ready_;
    }

  private:
    static std::string resume_packet(const std::vector<Seat>& seats) {
        std::string packet = R"(20["resume",{"channels":{)";
        for (const Seat& seat : seats) {
            if (&seat != seats.data()) packet += ',';
            packet.append("\"").append(std::to_string(seat.channel)).append("\":");
            packet.append(std::to_string(seat.last_event_seq));
        }
        return packet + "}}]";
    }

    const Residents& residents_;
    std::vector<std::string> answers_;
    Histogram times_;
    SteadyTime began_;
    std::size_t ready_ = 0;
};

/// Somebody writes into every channel. How many messages that made.
std::size_t write_missed(const Load& load, const Residents& residents, std::size_t missed) {
    std::set<std::int64_t> written;
    for (std::size_t client = 0; client < load.clients; ++client) {
        std::vector<std::int64_t> channels;
        for (const Seat& seat : residents.seats(client))
            if (written.insert(seat.channel).second) channels.push_back(seat.channel);
        if (channels.empty()) continue;
        Writer writer(channels, missed);
        Swarm swarm(load.target);
        swarm.connect(
            1, 1, writer, [&](std::size_t) { return auth_of(load, client); }, [&] { return writer.done(); }, kLimit);
    }
    return written.size() * missed;
}

/// What was missed, and nothing else, in order.
void check(const std::string& answer, const std::vector<Seat>& seats, std::size_t missed) {
    const boost::json::value object = boost::json::parse(answer);
    const auto& channels = object.at(0).at("channels").as_object();
    bool right = channels.size() == seats.size();
    for (const Seat& seat : seats) {
        const auto& channel = channels.at(std::to_string(seat.channel));
        const auto& events = channel.at("events").as_array();
        right = right && channel.at("recovered").as_bool() && events.size() == missed;
        std::int64_t expected = seat.last_event_seq;
        for (const auto& event : events)
            right = right && event.at("event") == "new_message" &&
                    event.at("data").at("eventSeq").to_number<std::int64_t>() == ++expected;
        right = right && channel.at("lastEventSeq").to_number<std::int64_t>() == expected;
    }
    if (!right) throw std::runtime_error("not what was missed: " + answer.substr(0, 300));
}

} // namespace

boost::json::object run_storm(const Load& load, std::size_t missed) {
    Residents residents(load.clients);
    const auto auth = [&](std::size_t i) { return auth_of(load, i); };
    {
        Swarm swarm(load.target);
        swarm.connect(
            load.clients, 100, residents, auth, [&] { return residents.ready(); }, kLimit);
    } // all dropped at once
    const std::size_t written = write_missed(load, residents, missed);

    Returning returning(residents, load.clients);
    Swarm swarm(load.target);
    const Usage before = usage_of(load);
    returning.start();
    swarm.connect(
        load.clients, load.clients, returning, auth, [&] { return returning.ready(); }, kLimit);
    const Usage after = usage_of(load);
    for (std::size_t i = 0; i < load.clients; ++i) check(returning.answer(i), residents.seats(i), missed);

    boost::json::object result = cost_since(before, after, load.clients, "Client");
    result["seconds"] = std::chrono::duration<double>(after.at - before.at).count();
    result["written"] = written;
    result["eventsEach"] = residents.seats(0).size() * missed;
    result["latencyMicros"] = latencies_of(returning.times());
    return result;
}

} // namespace hubbub::load
