#pragma once
#include "adapters/local/local_adapter.hpp"
#include "gateway/reconciler.hpp"
#include "gateway/rest/rest_api.hpp"
#include "gateway/rest/static_files.hpp"
#include "gateway/socket/socket_gateway.hpp"
#include "main/config.hpp"
#include "main/trusted_proxies.hpp"
#include "net/http/server.hpp"
#include "net/tls.hpp"
#include "ops/health.hpp"
#include "postgres/pool.hpp"
#include "runtime/shard.hpp"
#include "socketio/server.hpp"
#include "storage/storage.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hubbub::program {

/// Everything that serves, put together: shards, listeners, Socket.IO, the chat on its database, the web client.
class ChatServer final : private net::http::Handler {
  public:
    ChatServer(const Config& config, const std::string& conninfo, std::string secret,
               const std::optional<chat::ExternalIssuer>& external, gateway::StaticFiles web_client,
               std::filesystem::path client_directory);
    ~ChatServer() override;

    /// Listens, and serves on threads of its own; `tls` may be null: plain HTTP. Throws boost::system::system_error if
    /// the address cannot be had.
    void start(const boost::asio::ip::tcp::endpoint& endpoint, const std::shared_ptr<const net::TlsContext>& tls);
    /// New connections get a renewed certificate. Any thread, after `start` with one.
    void renew_tls(const std::shared_ptr<const net::TlsContext>& tls);
    /// From now on tokens are verified with these keys. Any thread, after `start`.
    void renew_external(const chat::ExternalIssuer& external);
    /// With the port that the system chose, if 0 was asked for.
    boost::asio::ip::tcp::endpoint endpoint() const { return listeners_.front()->endpoint(); }

    /// Takes no new connection, lets what was sent be committed and acknowledged, says goodbye, closes and ends.
    /// Returns in a few seconds.
    void drain();

  private:
    /// The chat over both transports. One object, because each part borrows the ones before it.
    struct Gateway {
        Gateway(runtime::Shards& shards, socketio::Namespace& nsp, gateway::Settings settings)
            : node{shards, nsp, std::move(settings)},
              sockets{node},
              memberships{node, sockets},
              socket{node, sockets, memberships},
              rest{node, sockets, memberships},
              reconciler{node, sockets, memberships} {}

        gateway::Node node;
        gateway::LiveSockets sockets;
        gateway::Memberships memberships;
        gateway::SocketGateway socket;
        gateway::RestApi rest;
        gateway::Reconciler reconciler;
    };

    void handle(std::shared_ptr<net::http::Exchange> exchange) override;
    void write_what_waits();
    template <class Work> void on_every_shard(Work work);

    const gateway::StaticFiles web_client_;
    const TrustedProxies trusted_proxies_;
    // Requests that are waiting when the shards end are destroyed with them, and look at the gateway as they go:
    // it is declared before, and so destroyed after them.
    std::unique_ptr<Gateway> gateway_;
    runtime::Shards shards_;
    socketio::Server socketio_;
    std::vector<std::unique_ptr<net::http::Server>> listeners_;
    std::vector<std::unique_ptr<postgres::Pool>> pools_;
    std::vector<std::unique_ptr<storage::Storage>> storages_;
    chat::PasswordHasher hasher_;
    std::unique_ptr<ops::Health> health_;
};

} // namespace hubbub::program
