#include "socketio/server.hpp"

#include "socketio/internal/client.hpp"
#include "socketio/internal/namespace_core.hpp"

#include <map>
#include <utility>
#include <vector>

namespace hubbub::socketio {

class Server::Impl final : public engineio::Application {
  public:
    Impl(runtime::Shards& shards, AdapterFactory adapter, Options options)
        : shards_{shards}, adapter_{std::move(adapter)}, options_{std::move(options)} {
        for (std::size_t i = 0; i < shards.size(); ++i)
            engines_.push_back(std::make_unique<engineio::Engine>(shards[i], options_.engine, *this));
        of("/");
    }

    internal::NamespaceCore& of(std::string_view name) {
        auto found = namespaces_.find(name);
        if (found == namespaces_.end()) {
            auto core = std::make_unique<internal::NamespaceCore>(shards_, std::string{name}, adapter_);
            found = namespaces_.emplace(std::string{name}, std::move(core)).first;
        }
        return *found->second;
    }

    std::unique_ptr<engineio::SessionHandler> on_session(engineio::Session& session) override {
        return std::make_unique<internal::Client>(session, find_namespace_, options_.connect_timeout);
    }

    engineio::Engine& engine(const runtime::Shard& shard) { return *engines_[shard.index()]; }
    std::vector<std::unique_ptr<engineio::Engine>>& engines() { return engines_; }

  private:
    runtime::Shards& shards_;
    const AdapterFactory adapter_;
    const Options options_;
    std::map<std::string, std::unique_ptr<internal::NamespaceCore>, std::less<>> namespaces_;
    const internal::NamespaceFinder find_namespace_ = [this](std::string_view name) {
        const auto found = namespaces_.find(name);
        return found == namespaces_.end() ? nullptr : found->second.get();
    };
    std::vector<std::unique_ptr<engineio::Engine>> engines_; // last: sessions go before the namespaces they are in
};

Server::Server(runtime::Shards& shards, AdapterFactory adapter, Options options)
    : impl_{std::make_unique<Impl>(shards, std::move(adapter), std::move(options))} {}

Server::~Server() = default;

Namespace& Server::of(std::string_view name) {
    return impl_->of(name);
}

void Server::attach(std::size_t index, net::http::Server& http) {
    for (auto& engine : impl_->engines()) engine->attach(index, http);
}

bool Server::handle(const std::shared_ptr<net::http::Exchange>& exchange) {
    engineio::Engine& engine = impl_->engine(exchange->shard());
    if (!engine.matches(exchange->request().path)) return false;
    engine.handle(exchange);
    return true;
}

void Server::close(runtime::Shard& shard) {
    impl_->engine(shard).close_all(engineio::CloseReason::server_shutting_down);
}

const engineio::Counters& Server::counters(const runtime::Shard& shard) const {
    return impl_->engine(shard).counters();
}

} // namespace hubbub::socketio
