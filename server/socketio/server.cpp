#include "socketio/server.hpp"

#include "socketio/internal/client.hpp"
#include "socketio/internal/client_files.hpp"
#include "socketio/internal/namespaces.hpp"

#include <atomic>
#include <optional>
#include <utility>
#include <vector>

namespace hubbub::socketio {

class Server::Impl final : public engineio::Application {
  public:
    Impl(runtime::Shards& shards, AdapterFactory adapter, Options options)
        : options_{std::move(options)}, namespaces_{shards, std::move(adapter), options_} {
        for (std::size_t i = 0; i < shards.size(); ++i)
            engines_.push_back(std::make_unique<engineio::Engine>(shards[i], options_.engine, *this));
        namespaces_.make("/");
        if (!options_.client_directory.empty()) client_files_.emplace(options_.client_directory);
    }

    internal::Namespaces& namespaces() { return namespaces_; }

    std::unique_ptr<engineio::SessionHandler> on_session(engineio::Session& session) override {
        return std::make_unique<internal::Client>(session, namespaces_);
    }

    bool handle(const std::shared_ptr<net::http::Exchange>& exchange) {
        engineio::Engine& engine = *engines_[exchange->shard().index()];
        if (!engine.matches(exchange->request().path)) return false;
        if (!client_files_ || !serve_client(engine, *exchange)) engine.handle(exchange);
        return true;
    }

    void close(Callback<void()> done) {
        auto all = std::make_shared<Closing>();
        all->shards = engines_.size();
        all->done = std::move(done);
        for (auto& engine : engines_)
            engine->shard().post([&engine = *engine, all] { engine.close([all] { all->end_one(); }); });
    }

    engineio::Engine& engine(const runtime::Shard& shard) { return *engines_[shard.index()]; }
    std::vector<std::unique_ptr<engineio::Engine>>& engines() { return engines_; }

  private:
    struct Closing {
        std::atomic<std::size_t> shards;
        Callback<void()> done;
        void end_one() {
            if (--shards == 0 && done) done();
        }
    };

    /// Answers the request if it is for one of the client's bundles.
    bool serve_client(const engineio::Engine& engine, net::http::Exchange& exchange) const {
        const net::http::Request& request = exchange.request();
        if (request.method != "GET" && request.method != "HEAD") return false;
        const auto* file = client_files_->find(std::string_view{request.path}.substr(options_.engine.path.size()));
        if (file == nullptr) return false;
        auto response = net::http::asset_response(request, *file, "public, max-age=0");
        engine.add_cors(request, response.headers);
        exchange.respond(std::move(response));
        return true;
    }

    const Options options_;
    std::optional<internal::ClientFiles> client_files_;
    internal::Namespaces namespaces_;
    std::vector<std::unique_ptr<engineio::Engine>> engines_; // last: sessions go before the namespaces they are in
};

Server::Server(runtime::Shards& shards, AdapterFactory adapter, Options options)
    : impl_{std::make_unique<Impl>(shards, std::move(adapter), std::move(options))} {}

Server::~Server() = default;

Namespace& Server::of(std::string_view name) {
    return impl_->namespaces().make(name);
}

Handlers& Server::of(const std::regex& names) {
    return of([names](std::string_view name, const boost::json::object&) {
        return std::regex_match(name.begin(), name.end(), names);
    });
}

Handlers& Server::of(NamespaceMatch match) {
    return impl_->namespaces().add_parent(std::move(match));
}

std::size_t Server::child_namespaces() const {
    return impl_->namespaces().children();
}

std::uint64_t Server::child_namespaces_refused() const {
    return impl_->namespaces().children_refused();
}

std::uint64_t Server::clients_refused() const {
    return impl_->namespaces().clients_refused();
}

void Server::attach(std::size_t index, net::http::Server& http) {
    for (auto& engine : impl_->engines()) engine->attach(index, http);
}

bool Server::handle(const std::shared_ptr<net::http::Exchange>& exchange) {
    return impl_->handle(exchange);
}

void Server::close(Callback<void()> done) {
    impl_->close(std::move(done));
}

const engineio::Counters& Server::counters(const runtime::Shard& shard) const {
    return impl_->engine(shard).counters();
}

} // namespace hubbub::socketio
