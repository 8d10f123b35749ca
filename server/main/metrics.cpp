#include "main/metrics.hpp"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <map>
#include <string>
#include <utility>

namespace hubbub::program {
namespace {

using ops::Family;
using Kind = Family::Kind;
using Samples = std::vector<Family::Sample>;
using SteadyClock = std::chrono::steady_clock;

/// What one shard counted, as of the moment of asking.
struct ShardPart {
    net::Counters net;
    engineio::Counters engine;
    socketio::NamespaceCounters nsp;
    postgres::Pool::Stats pool;
    gateway::Measures measures;
    std::uint64_t clients_refused = 0; ///< of all shards, in the first one's part
    std::uint64_t mentions_cut = 0;
    Histogram batches{Histogram::kCounts};
    std::uint64_t search_skipped = 0;
    std::map<std::string, std::size_t> channels; ///< sockets in each channel's room
    SteadyClock::duration lag{};                 ///< from the question until the shard had time for it
};

struct Collection {
    std::vector<ShardPart> parts;
    SteadyClock::time_point asked = SteadyClock::now();
    std::atomic<std::size_t> left;
    Callback<void(std::vector<Family>)> done;
};

bool is_channel_room(std::string_view room) {
    return std::ranges::all_of(room, [](unsigned char c) { return std::isdigit(c) != 0; });
}

ShardPart read_part(const MetricSources& sources, std::size_t i) {
    const runtime::Shard& shard = sources.shards[i];
    ShardPart part;
    part.net = sources.listeners[i]->counters();
    part.engine = sources.socketio.counters(shard);
    part.nsp = sources.node.nsp.counters(shard);
    part.pool = sources.pools[i]->stats();
    part.measures = sources.node.measures[i];
    if (i == 0) part.clients_refused = sources.socketio.clients_refused();
    part.mentions_cut = sources.node.services[i]->messages.mentions_cut();
    part.batches = sources.storages[i]->batch_sizes();
    part.search_skipped = sources.storages[i]->search_skipped();
    sources.node.nsp.adapter().visit_rooms(shard, [&part](std::string_view room, std::size_t members) {
        if (is_channel_room(room)) part.channels.emplace(room, members);
    });
    return part;
}

/// Makes the families of the parts of all shards.
class Report {
  public:
    explicit Report(const std::vector<ShardPart>& parts) : parts_{parts} {}

    void add(std::string name, std::string help, Kind kind, Samples samples) {
        families_.push_back({std::move(name), std::move(help), kind, std::move(samples)});
    }
    void add_one(std::string name, std::string help, Kind kind, double value) {
        add(std::move(name), std::move(help), kind, {{{}, value}});
    }
    /// Of each part, added up.
    template <class Of> double sum(Of of) const {
        double total = 0;
        for (const ShardPart& part : parts_) total += static_cast<double>(of(part));
        return total;
    }
    template <class Of> void count(std::string name, std::string help, Of of) {
        add_one(std::move(name), std::move(help), Kind::counter, sum(of));
    }
    template <class Of> void gauge(std::string name, std::string help, Of of) {
        add_one(std::move(name), std::move(help), Kind::gauge, sum(of));
    }
    /// The values of `label`, each with what it counts.
    template <class... Of>
    void count_by(std::string name, std::string help, const char* label, std::pair<const char*, Of>... each) {
        add(std::move(name), std::move(help), Kind::counter, {{{{label, each.first}}, sum(each.second)}...});
    }
    template <class Of> void histogram(std::string name, std::string help, Of of) {
        Histogram total = of(parts_.front());
        for (std::size_t i = 1; i < parts_.size(); ++i) total += of(parts_[i]);
        add(std::move(name), std::move(help), Kind::histogram, {{{}, total}});
    }
    /// `of` gives a part's histograms by the value of `label`.
    template <class Of> void histograms(std::string name, std::string help, const char* label, Of of) {
        std::map<std::string, Histogram> totals;
        for (const ShardPart& part : parts_) {
            for (const auto& [value, histogram] : of(part)) totals[std::string{value}] += histogram;
        }
        Samples samples;
        for (const auto& [value, histogram] : totals) samples.push_back({{{label, value}}, histogram});
        add(std::move(name), std::move(help), Kind::histogram, std::move(samples));
    }
    /// The same of a part's counts.
    template <class Of> void counts(std::string name, std::string help, const char* label, Of of) {
        std::map<std::string, double> totals;
        for (const ShardPart& part : parts_) {
            for (const auto& [value, count] : of(part)) totals[std::string{value}] += static_cast<double>(count);
        }
        Samples samples;
        for (const auto& [value, total] : totals) samples.push_back({{{label, value}}, total});
        add(std::move(name), std::move(help), Kind::counter, std::move(samples));
    }
    std::vector<Family> take() { return std::move(families_); }

  private:
    const std::vector<ShardPart>& parts_;
    std::vector<Family> families_;
};

void add_gateway(Report& report, const gateway::Counters& counters, const std::vector<ShardPart>& parts) {
    const auto value = [](const gateway::Counters::Count& count) { return static_cast<double>(count.load()); };
    report.add_one("hubbub_sockets", "Sockets connected now", Kind::gauge, value(counters.sockets));
    report.add_one("hubbub_connections_total", "Sockets connected since the start", Kind::counter,
                   value(counters.connections));
    Samples reasons;
    for (std::size_t i = 0; i < socketio::kDisconnectReasons; ++i) {
        const std::string reason{socketio::to_string(static_cast<socketio::DisconnectReason>(i))};
        reasons.push_back(
            {{{"reason", reason}}, report.sum([i](const auto& part) { return part.measures.disconnects[i]; })});
    }
    report.add("hubbub_disconnects_total", "Sockets that went", Kind::counter, std::move(reasons));
    report.add_one("hubbub_events_total", "Events received from clients", Kind::counter, value(counters.events));
    report.histograms(
        "hubbub_event_seconds", "From a client's event to its answer", "event",
        [](const auto& part) -> const auto& { return part.measures.events; });
    report.add_one("hubbub_messages_stored_total", "Messages committed", Kind::counter,
                   value(counters.messages_stored));
    report.add_one("hubbub_messages_deduplicated_total", "Sends that had been stored before", Kind::counter,
                   value(counters.messages_deduplicated));
    report.add_one("hubbub_rest_requests_total", "Requests to the REST API", Kind::counter,
                   value(counters.rest_requests));
    report.histograms(
        "hubbub_rest_seconds", "From a REST request to its answer", "route",
        [](const auto& part) -> const auto& { return part.measures.requests; });
    report.counts(
        "hubbub_limited_events_total", "Events refused because a user sent too many", "event",
        [](const auto& part) -> const auto& { return part.measures.limited_events; });
    report.counts(
        "hubbub_limited_requests_total", "REST requests refused because there were too many", "route",
        [](const auto& part) -> const auto& { return part.measures.limited_requests; });
    Samples refusals;
    for (std::size_t i = 0; i < counters.refusals.size(); ++i)
        refusals.push_back({{{"code", std::string{gateway::kErrorTable[i].name}}}, value(counters.refusals[i])});
    report.add("hubbub_refusals_total", "Errors sent to clients, limits reached among them", Kind::counter,
               std::move(refusals));
    report.count_by("hubbub_resumed_channels_total", "Channels that reconnecting clients asked for", "recovered",
                    std::pair{"true", [](const auto& part) { return part.measures.resumed; }},
                    std::pair{"false", [](const auto& part) { return part.measures.not_resumed; }});
    report.count_by("hubbub_feed_repairs_total",
                    "Channels read again for events that did not come by themselves, or given up", "outcome",
                    std::pair{"read", [](const auto& part) { return part.measures.feed_reads; }},
                    std::pair{"behind", [](const auto& part) { return part.measures.feed_behind; }});
    report.add_one("hubbub_rooms_mended_total", "Memberships that rooms did not have as the database has them",
                   Kind::counter, report.sum([](const auto& part) { return part.measures.rooms_mended; }));

    std::map<std::string, std::size_t> sizes;
    for (const ShardPart& part : parts) {
        for (const auto& [room, members] : part.channels) sizes[room] += members;
    }
    Histogram rooms{Histogram::kCounts};
    for (const auto& [room, members] : sizes) rooms.record(static_cast<double>(members));
    report.add("hubbub_channel_sockets", "Sockets in each channel that has any, now", Kind::histogram, {{{}, rooms}});
}

void add_transports(Report& report) {
    using Part = ShardPart;
    const auto websockets = [](const Part& part) {
        return part.engine.opened_websocket + part.engine.upgraded - part.engine.closed_websocket;
    };
    const double all = report.sum([](const Part& part) { return part.engine.opened - part.engine.closed; });
    report.add("hubbub_sessions", "Engine.IO sessions now", Kind::gauge,
               {{{{"transport", "websocket"}}, report.sum(websockets)},
                {{{"transport", "polling"}}, all - report.sum(websockets)}});
    report.count("hubbub_upgrades_total", "Sessions that went from polling to WebSocket",
                 [](const Part& part) { return part.engine.upgraded; });
    report.count_by("hubbub_polling_bytes_total", "Bodies of polling requests and answers", "direction",
                    std::pair{"in", [](const Part& part) { return part.engine.polling_bytes_read; }},
                    std::pair{"out", [](const Part& part) { return part.engine.polling_bytes_written; }});
    report.count_by("hubbub_network_bytes_total", "All bytes, WebSocket, polling and REST", "direction",
                    std::pair{"in", [](const Part& part) { return part.net.bytes_read; }},
                    std::pair{"out", [](const Part& part) { return part.net.bytes_written; }});
    report.gauge("hubbub_tcp_connections", "TCP connections now",
                 [](const Part& part) { return part.net.accepted + part.net.adopted - part.net.closed; });
    report.count("hubbub_http_requests_total", "Well-formed HTTP requests",
                 [](const Part& part) { return part.net.requests; });
    report.count_by("hubbub_tls_handshakes_total", "TLS handshakes", "result",
                    std::pair{"done", [](const Part& part) { return part.net.tls_handshakes; }},
                    std::pair{"failed", [](const Part& part) { return part.net.tls_failures; }});
    report.count_by("hubbub_compressed_total", "What was compressed, or came so", "what",
                    std::pair{"polls", [](const Part& part) { return part.engine.compressed_polls; }},
                    std::pair{"messages_out", [](const Part& part) { return part.net.deflated; }},
                    std::pair{"messages_in", [](const Part& part) { return part.net.inflated; }});
    report.count_by(
        "hubbub_limits_total", "Limits reached, and what misbehaved", "limit",
        std::pair{"bad_tokens", [](const Part& part) { return part.measures.tokens_limited; }},
        std::pair{"connect_errors", [](const Part& part) { return part.clients_refused; }},
        std::pair{"password_hashes", [](const Part& part) { return part.measures.hashes_full; }},
        std::pair{"connections_per_user", [](const Part& part) { return part.measures.user_full; }},
        std::pair{"mentions", [](const Part& part) { return part.mentions_cut; }},
        std::pair{"connections_per_address", [](const Part& part) { return part.measures.address_full; }},
        std::pair{"handshakes", [](const Part& part) { return part.measures.arriving_full; }},
        std::pair{"slow_consumer", [](const Part& part) { return part.engine.slow_consumers; }},
        std::pair{"volatile_dropped", [](const Part& part) { return part.nsp.volatile_dropped; }},
        std::pair{"ping_timeout", [](const Part& part) { return part.engine.ping_timeouts; }},
        std::pair{"parse_error", [](const Part& part) { return part.engine.parse_errors; }},
        std::pair{"session_refused", [](const Part& part) { return part.engine.refused; }},
        std::pair{"connection_refused", [](const Part& part) { return part.net.refused; }},
        std::pair{"accept_failure", [](const Part& part) { return part.net.accept_failures; }},
        std::pair{"http_malformed", [](const Part& part) { return part.net.malformed; }},
        std::pair{"http_timeout", [](const Part& part) { return part.net.timeouts; }},
        std::pair{"exception", [](const Part& part) { return part.net.failed + part.nsp.handlers_failed; }});
}

void add_database(Report& report, const std::vector<ShardPart>& parts) {
    using Part = ShardPart;
    report.gauge("hubbub_database_connections", "Connections to the database that there are to be",
                 [](const Part& part) { return part.pool.connections; });
    report.gauge("hubbub_database_connections_ready", "Those that are up",
                 [](const Part& part) { return part.pool.ready; });
    report.gauge("hubbub_database_queries_waiting", "Queries without an answer now",
                 [](const Part& part) { return part.pool.waiting; });
    report.count_by("hubbub_database_failures_total", "Queries that failed or found no connection; connections lost",
                    "what", std::pair{"failed", [](const Part& part) { return part.pool.failed; }},
                    std::pair{"refused", [](const Part& part) { return part.pool.refused; }},
                    std::pair{"connection_lost", [](const Part& part) { return part.pool.lost; }});
    report.histogram("hubbub_database_seconds", "From a query to its answer, waiting included",
                     [](const Part& part) { return part.pool.seconds; });
    report.count("hubbub_search_skipped_total", "Messages that could not be put into the search index",
                 [](const Part& part) { return part.search_skipped; });
    report.histogram("hubbub_message_batch_size", "Messages that were committed together",
                     [](const Part& part) { return part.batches; });
    Samples lags;
    for (std::size_t i = 0; i < parts.size(); ++i)
        lags.push_back({{{"shard", std::to_string(i)}}, std::chrono::duration<double>{parts[i].lag}.count()});
    report.add("hubbub_shard_lag_seconds", "How long the question for these numbers waited for the shard", Kind::gauge,
               std::move(lags));
}

std::vector<Family> make_report(const Collection& collection, const gateway::Node& node) {
    Report report{collection.parts};
    add_gateway(report, node.counters, collection.parts);
    add_transports(report);
    add_database(report, collection.parts);
    report.add_one("hubbub_draining", "1 from the beginning of the end", Kind::gauge, node.draining ? 1 : 0);
    auto families = report.take();
    for (Family& family : ops::process_families()) families.push_back(std::move(family));
    return families;
}

} // namespace

void collect_metrics(const MetricSources& sources, runtime::Shard& home, Callback<void(std::vector<Family>)> done) {
    auto collection = std::make_shared<Collection>();
    collection->parts.resize(sources.shards.size());
    collection->left = sources.shards.size();
    collection->done = std::move(done);
    for (std::size_t i = 0; i < sources.shards.size(); ++i) {
        sources.shards[i].post([sources, collection, i, &home] {
            collection->parts[i] = read_part(sources, i);
            collection->parts[i].lag = SteadyClock::now() - collection->asked;
            if (--collection->left > 0) return;
            home.post([sources, collection] { collection->done(make_report(*collection, sources.node)); });
        });
    }
}

} // namespace hubbub::program
