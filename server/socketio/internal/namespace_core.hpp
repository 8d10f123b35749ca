#pragma once
#include "socketio/adapter.hpp"
#include "socketio/namespace.hpp"

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::socketio::internal {

class Client;
class Namespaces;

/// What a namespace is inside: its behaviour, fixed at set-up and then read by every shard, and its adapter.
class NamespaceCore final : public Namespace {
  public:
    NamespaceCore(runtime::Shards& shards, std::string name, const AdapterFactory& adapter,
                  const AdapterOptions& options);
    /// A child, which behaves as its parent.
    NamespaceCore(runtime::Shards& shards, std::string name, const AdapterFactory& adapter,
                  const AdapterOptions& options, const Handlers& parent, Namespaces& owner);

    const std::string& name() const override { return name_; }
    Adapter& adapter() const override { return *adapter_; }
    const NamespaceCounters& counters(const runtime::Shard& shard) const override {
        return counters_[shard.index()].counters;
    }

    NamespaceCounters& counters_of(const runtime::Shard& shard) { return counters_[shard.index()].counters; }
    /// `Socket::data` as others may see it.
    boost::json::value show(const Socket& socket);
    /// An exception left what the application registered.
    void on_failure(const Socket& socket, const std::exception_ptr& escaped, std::string_view hint);
    bool is_child() const { return owner_ != nullptr; }
    /// A socket of it, or who wanted to make one, is gone.
    void release();

    /// Its own limit, if it has one.
    std::optional<std::size_t> outbox_bytes_max() const;
    bool recovery() const { return recovery_.has_value(); }

    /// Looks for the session that the client wants to continue, runs the middlewares, then connects the socket or
    /// refuses it.
    void start(const std::shared_ptr<Socket>& socket);
    void on_event(Socket& socket, Packet packet, std::vector<std::string> attachments);
    void disconnect(Socket& socket, DisconnectReason reason);
    void reject_payload(Socket& socket, Event event, const FieldError& error);

  private:
    class Continuation;
    class EventContinuation;
    void run_middlewares(const std::shared_ptr<Socket>& socket, std::size_t index = 0);
    void connect(Socket& socket);
    void on_session(const std::shared_ptr<Socket>& socket, std::optional<SavedSession> session);
    void start_anew(const std::shared_ptr<Socket>& socket);
    void save(Socket& socket, DisconnectReason reason, std::vector<std::string> rooms);
    static void refuse(Socket& socket, const ConnectError& error);
    void run_event_middlewares(const std::shared_ptr<Socket>& socket, std::shared_ptr<Event> event, std::size_t index);
    void dispatch(Socket& socket, Event event);

    // A line of its own for each shard's counts: they are written by different threads.
    struct alignas(64) ShardCounters {
        NamespaceCounters counters;
    };

    const std::string name_;
    const std::optional<Recovery> recovery_;
    Namespaces* const owner_ = nullptr;
    std::vector<ShardCounters> counters_;
    std::unique_ptr<Adapter> adapter_;
};

} // namespace hubbub::socketio::internal
