#pragma once
#include "socketio/server.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::socketio::internal {

class Client;

/// What a namespace is inside: its handlers, fixed at set-up and then read by every shard, and its adapter.
class NamespaceCore final : public Namespace {
  public:
    NamespaceCore(runtime::Shards& shards, std::string name, const AdapterFactory& adapter);

    const std::string& name() const override { return name_; }
    void use(Middleware middleware) override { middlewares_.push_back(std::move(middleware)); }
    void on_connection(ConnectionHandler handler) override { connection_.push_back(std::move(handler)); }
    void on_disconnecting(DisconnectHandler handler) override { disconnecting_.push_back(std::move(handler)); }
    void on(std::string event, EventHandler handler) override { events_[std::move(event)] = std::move(handler); }
    void on_any(EventHandler handler) override { any_ = std::move(handler); }
    Broadcast to(std::string_view room) override { return broadcast().to(room); }
    Broadcast broadcast() override { return Broadcast{*adapter_, name_}; }
    Adapter& adapter() override { return *adapter_; }
    std::size_t sockets(const runtime::Shard& shard) const override { return counts_[shard.index()].sockets; }

    /// Runs the middlewares from `index` on, then connects the socket; an error refuses it.
    void run_middlewares(const std::shared_ptr<Socket>& socket, std::size_t index = 0);
    void on_event(Socket& socket, Packet packet, std::vector<std::string> attachments);
    void on_disconnect(Socket& socket, DisconnectReason reason);

  private:
    class Continuation;
    void connect(Socket& socket);
    static void refuse(Socket& socket, const ConnectError& error);

    // A line of its own for each shard's count: they are written by different threads.
    struct alignas(64) ShardCount {
        std::size_t sockets = 0;
    };

    const std::string name_;
    std::vector<Middleware> middlewares_;
    std::vector<ConnectionHandler> connection_;
    std::vector<DisconnectHandler> disconnecting_;
    std::map<std::string, EventHandler, std::less<>> events_;
    EventHandler any_;
    std::vector<ShardCount> counts_;
    std::unique_ptr<Adapter> adapter_;
};

} // namespace hubbub::socketio::internal
