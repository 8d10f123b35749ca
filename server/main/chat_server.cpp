#include "main/chat_server.hpp"

#include "base/log.hpp"
#include "main/metrics.hpp"

#include <algorithm>
#include <atomic>
#include <latch>
#include <thread>
#include <utility>

namespace hubbub::program {
namespace {

using namespace std::chrono_literals;

constexpr auto kCommitsTimeout = 5s; // of a drain, for what was sent before it
constexpr auto kLastWords = 500ms;   // of a drain, to answer what was sent before the goodbye was heard
constexpr auto kGoodbyeTimeout = 3s; // of a drain, for the sockets to close
constexpr auto kReconnectAfter = 2s; // what clients are told, the first of them

gateway::Rate per_minute(std::size_t count) {
    return {.per_second = static_cast<double>(count) / 60,
            .burst = static_cast<double>(std::max<std::size_t>(count, 1))};
}

/// Ten seconds' worth at once.
gateway::Rate per_second(std::size_t count) {
    return {.per_second = static_cast<double>(count), .burst = static_cast<double>(count) * 10};
}

gateway::Settings to_settings(const Config& config) {
    gateway::Settings settings;
    settings.version = HUBBUB_VERSION;
    settings.registration_open = config.registration_open;
    settings.connections_per_user = config.connections_per_user;
    settings.connections_per_address = config.connections_per_address;
    settings.events = per_second(config.events_per_second);
    settings.requests = per_second(config.requests_per_second);
    settings.registrations = per_minute(config.registrations_per_minute);
    settings.failed_logins = per_minute(config.failed_logins_per_minute);
    return settings;
}

template <class Admit>
socketio::Options to_socketio_options(const Config& config, std::filesystem::path client_directory, Admit admit) {
    socketio::Options options;
    options.client_directory = std::move(client_directory);
    options.engine.cors.origins = config.cors_origins;
    options.engine.allow_request = std::move(admit);
    return options;
}

/// Whether `reached` came true in time.
template <class Condition> bool wait_for(Condition reached, std::chrono::milliseconds timeout) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    while (!reached()) {
        if (std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

} // namespace

ChatServer::ChatServer(const Config& config, const std::string& conninfo, std::string secret,
                       const std::optional<chat::ExternalIssuer>& external, gateway::StaticFiles web_client,
                       std::filesystem::path client_directory)
    : web_client_{std::move(web_client)},
      trusted_proxies_{config.trusted_proxies},
      shards_{config.threads},
      socketio_{shards_, adapters::local(),
                to_socketio_options(config, std::move(client_directory),
                                    [this](const net::http::Request& request, engineio::Admission admission) {
                                        gateway_->socket.admit(request, std::move(admission));
                                    })},
      hasher_{std::clamp<std::size_t>(config.threads / 2, 1, 4)} {
    gateway_ = std::make_unique<Gateway>(shards_, socketio_.of("/"), to_settings(config));
    const net::http::Timeouts timeouts{config.http_head_timeout, config.http_body_timeout, config.http_idle_timeout};
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        auto options = storage::pool_options(conninfo, config.database_connections, config.message_months);
        pools_.push_back(std::make_unique<postgres::Pool>(shards_[i], std::move(options)));
        storages_.push_back(std::make_unique<storage::Storage>(*pools_.back()));
        chat::TokenKeys keys{chat::AccessTokens{secret}};
        if (external) keys.external.emplace(*external);
        gateway_->node.services.push_back(std::make_unique<gateway::Services>(
            gateway_->node, shards_[i], gateway_->sockets, storages_.back()->stores(), hasher_, std::move(keys)));
        listeners_.push_back(net::http::make_server(shards_[i], *this, timeouts));
        socketio_.attach(i, *listeners_.back());
    }
    auto ready = [this](const runtime::Shard& shard) {
        return !gateway_->node.draining && pools_[shard.index()]->available();
    };
    auto collect = [sources = MetricSources{shards_, socketio_, gateway_->node, listeners_, pools_, storages_}](
                       runtime::Shard& home, Callback<void(std::vector<ops::Family>)> done) {
        collect_metrics(sources, home, std::move(done));
    };
    health_ = std::make_unique<ops::Health>(shards_[0], std::move(ready), std::move(collect));
}

ChatServer::~ChatServer() {
    shards_.stop();
}

void ChatServer::start(const boost::asio::ip::tcp::endpoint& endpoint,
                       const std::shared_ptr<const net::TlsContext>& tls) {
    boost::asio::ip::tcp::endpoint same_port = endpoint;
    for (auto& listener : listeners_) {
        listener->set_tls(tls);
        listener->listen(same_port);
        same_port.port(listener->endpoint().port());
    }
    gateway_->reconciler.start();
    storages_.front()->claim_database();
    storages_.front()->keep_house(limits::kHousekeepingPause);
    shards_.start();
}

void ChatServer::renew_tls(const std::shared_ptr<const net::TlsContext>& tls) {
    for (auto& listener : listeners_) listener->shard().post([&listener = *listener, tls] { listener.set_tls(tls); });
}

void ChatServer::renew_external(const chat::ExternalIssuer& external) {
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        // Made here: the library's keys are not made on several threads at once.
        auto tokens = std::make_shared<chat::ExternalTokens>(external);
        shards_[i].post([this, i, tokens] { gateway_->node.services[i]->auth.renew(std::move(*tokens)); });
    }
}

void ChatServer::handle(std::shared_ptr<net::http::Exchange> exchange) {
    net::http::Request& request = exchange->request();
    std::string request_id = trusted_proxies_.request_id_of(request);
    request.remote_address = trusted_proxies_.client_of(request);
    if (socketio_.handle(exchange) || gateway_->rest.handle(exchange, std::move(request_id)) ||
        health_->handle(exchange))
        return;
    exchange->respond(web_client_.respond(exchange->request()));
}

template <class Work> void ChatServer::on_every_shard(Work work) {
    std::latch done{static_cast<std::ptrdiff_t>(shards_.size())};
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        shards_[i].post([&, i] {
            work(i);
            done.count_down();
        });
    }
    done.wait();
}

void ChatServer::drain() {
    gateway::Node& node = gateway_->node;
    // The listeners stay open to the end: a client that polls may need a new connection to hear the goodbye.
    node.draining = true;
    if (!wait_for([&] { return node.sends_in_flight == 0; }, kCommitsTimeout))
        log::warn("drain_incomplete", {{"sendsInFlight", node.sends_in_flight.load()}});
    gateway_->socket.announce_drain(kReconnectAfter);
    std::this_thread::sleep_for(kLastWords);
    write_what_waits();
    std::atomic<bool> closed = false;
    socketio_.close([&closed] { closed = true; });
    wait_for([&] { return closed.load(); }, kGoodbyeTimeout);
    shards_.stop(); // what still waits to run is destroyed here, while `closed` lives
}

/// Read and delivered marks, which are acknowledged before they are written, and who was seen until now.
void ChatServer::write_what_waits() {
    auto& services = gateway_->node.services;
    on_every_shard([&](std::size_t i) { services[i]->presence.see_everybody(); });
    auto all_written = [&] {
        std::atomic<bool> written = true;
        on_every_shard([&](std::size_t i) {
            services[i]->receipts.flush();
            services[i]->presence.flush();
            if (!services[i]->receipts.all_written() || !services[i]->presence.all_written()) written = false;
        });
        return written.load();
    };
    if (!wait_for(all_written, kCommitsTimeout))
        log::warn("drain_incomplete", {{"marks", "not all are written, or not everybody's presence"}});
}

} // namespace hubbub::program
