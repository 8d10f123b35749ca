#include "socketio/internal/namespace_core.hpp"

#include "socketio/internal/client.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace hubbub::socketio::internal {

/// The rest of a middleware chain. Dropped without a call, it refuses the socket, so that none hangs unanswered.
class NamespaceCore::Continuation {
  public:
    Continuation(NamespaceCore& core, std::shared_ptr<Socket> socket, std::size_t next)
        : core_{&core}, socket_{std::move(socket)}, next_{next} {}
    Continuation(Continuation&&) = default;
    Continuation& operator=(Continuation&&) = delete;
    ~Continuation() {
        if (socket_) (*this)(ConnectError{"internal error"});
    }

    void operator()(std::optional<ConnectError> error) {
        const auto socket = std::exchange(socket_, nullptr);
        if (!socket || socket->client_ == nullptr) return; // called twice, or the client went away meanwhile
        if (error) return refuse(*socket, *error);
        core_->run_middlewares(socket, next_);
    }

  private:
    NamespaceCore* core_;
    std::shared_ptr<Socket> socket_;
    std::size_t next_;
};

NamespaceCore::NamespaceCore(runtime::Shards& shards, std::string name, const AdapterFactory& adapter)
    : name_{std::move(name)}, counts_(shards.size()), adapter_{adapter(shards, name_)} {}

void NamespaceCore::run_middlewares(const std::shared_ptr<Socket>& socket, std::size_t index) {
    if (index == middlewares_.size()) return connect(*socket);
    middlewares_[index](socket, Continuation{*this, socket, index + 1});
}

void NamespaceCore::refuse(Socket& socket, const ConnectError& error) {
    boost::json::object answer{{"message", error.message}};
    if (!error.data.is_null()) answer["data"] = error.data;
    Client& client = *socket.client_;
    client.send_control(PacketType::connect_error, socket.nsp_.name(), boost::json::serialize(answer));
    client.remove(socket);
}

void NamespaceCore::connect(Socket& socket) {
    const auto alive = socket.shared_from_this();
    socket.connected_ = true;
    ++counts_[socket.shard().index()].sockets;
    adapter_->add(socket);
    socket.client_->on_connected();
    socket.client_->send_control(PacketType::connect, name_, R"({"sid":")" + socket.id() + R"("})");
    for (const ConnectionHandler& handler : connection_) {
        if (socket.connected_) handler(socket);
    }
    socket.auth_ = boost::json::object{}; // with its memory
}

void NamespaceCore::on_event(Socket& socket, Packet packet, std::vector<std::string> attachments) {
    boost::json::array& values = packet.data.get_array();
    Event event;
    event.name = values[0].is_string() ? std::string{values[0].get_string()} : boost::json::serialize(values[0]);
    values.erase(values.begin());
    event.arguments = {.values = std::move(values), .attachments = std::move(attachments)};
    if (packet.id) event.ack = Ack{socket.shared_from_this(), *packet.id};

    if (const auto found = events_.find(event.name); found != events_.end()) {
        found->second(socket, std::move(event));
    } else if (any_) {
        any_(socket, std::move(event));
    }
}

void NamespaceCore::on_disconnect(Socket& socket, DisconnectReason reason) {
    for (const DisconnectHandler& handler : disconnecting_) handler(socket, reason);
    adapter_->remove(socket);
    --counts_[socket.shard().index()].sockets;
}

} // namespace hubbub::socketio::internal
