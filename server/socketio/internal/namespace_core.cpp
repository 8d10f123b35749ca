#include "socketio/internal/namespace_core.hpp"

#include "base/log.hpp"
#include "base/out_of_memory.hpp"
#include "socketio/internal/behaviour.hpp"
#include "socketio/internal/client.hpp"
#include "socketio/internal/namespaces.hpp"
#include "socketio/internal/rare.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <utility>

namespace hubbub::socketio::internal {
namespace {

/// Runs what an application registered: what leaves it ends the socket, and nothing else.
template <class Run> void guarded(Socket& socket, Run&& run) {
    try {
        run();
    } catch (...) {
        handler_failed(socket, std::current_exception());
    }
}

/// A number is a name too, as JavaScript writes it.
std::string event_name(const boost::json::value& value) {
    if (value.is_string()) return std::string{value.get_string()};
    return value.is_double() ? fmt::format("{}", value.get_double()) : boost::json::serialize(value);
}

} // namespace

void NamespaceCore::on_failure(const Socket& socket, const std::exception_ptr& escaped, std::string_view hint) {
    std::string what = "not a std::exception";
    try {
        std::rethrow_exception(escaped);
    } catch (const std::bad_alloc&) {
        end_out_of_memory();
    } catch (const std::exception& exception) {
        what = exception.what();
    } catch (...) {
    }
    log::error("session_exception", {{"what", what}, {"address", socket.handshake().remote_address}, {"hint", hint}});
    ++counters_of(socket.shard()).handlers_failed;
}

void handler_failed(Socket& socket, const std::exception_ptr& escaped) {
    socket.nsp_.on_failure(socket, escaped, "a bug in a handler: its session was closed, nothing else");
    const auto alive = socket.shared_from_this();
    if (socket.client_ != nullptr) socket.client_->session().close(engineio::CloseReason::forced_close);
}

void visit_guarded(Socket& socket, const std::function<void(Socket&)>& visit) {
    try {
        visit(socket);
    } catch (...) {
        socket.nsp_.on_failure(socket, std::current_exception(), "a bug in a visitor: it goes on with the next socket");
    }
}

void reject_payload(Socket& socket, Event event, const FieldError& error) {
    socket.nsp_.reject_payload(socket, std::move(event), error);
}

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
        if (!socket) return;                    // called twice
        if (socket->client_ == nullptr) return; // the client went away meanwhile, perhaps with the server
        socket->shard().assert_current("Next");
        if (error) return refuse(*socket, *error);
        core_->run_middlewares(socket, next_);
    }

  private:
    NamespaceCore* core_;
    std::shared_ptr<Socket> socket_;
    std::size_t next_;
};

/// The rest of a chain of event middlewares.
class NamespaceCore::EventContinuation {
  public:
    EventContinuation(NamespaceCore& core, std::shared_ptr<Socket> socket, std::shared_ptr<Event> event,
                      std::size_t next)
        : core_{&core}, socket_{std::move(socket)}, event_{std::move(event)}, next_{next} {}

    void operator()(std::optional<ConnectError> error) {
        const auto socket = std::exchange(socket_, nullptr);
        if (!socket) return; // called twice
        if (!socket->connected()) return;
        socket->shard().assert_current("Next");
        if (!error) return core_->run_event_middlewares(socket, std::move(event_), next_);
        const auto& refused = core_->behaviour().refused_event;
        guarded(*socket, [&] { refused(*socket, std::move(*event_), *error); });
    }

  private:
    NamespaceCore* core_;
    std::shared_ptr<Socket> socket_;
    std::shared_ptr<Event> event_;
    std::size_t next_;
};

NamespaceCore::NamespaceCore(runtime::Shards& shards, std::string name, const AdapterFactory& adapter,
                             const AdapterOptions& options)
    : name_{std::move(name)},
      recovery_{options.recovery},
      counters_(shards.size()),
      adapter_{adapter(shards, name_, options)} {}

NamespaceCore::NamespaceCore(runtime::Shards& shards, std::string name, const AdapterFactory& adapter,
                             const AdapterOptions& options, const Handlers& parent, Namespaces& owner)
    : Namespace{parent},
      name_{std::move(name)},
      recovery_{options.recovery},
      owner_{&owner},
      counters_(shards.size()),
      adapter_{adapter(shards, name_, options)} {}

void NamespaceCore::release() {
    if (owner_ != nullptr) owner_->release(*this);
}

std::optional<std::size_t> NamespaceCore::outbox_bytes_max() const {
    return behaviour().outbox_bytes_max;
}

boost::json::value NamespaceCore::show(const Socket& socket) {
    try {
        return behaviour().data_view(socket.data());
    } catch (...) {
        on_failure(socket, std::current_exception(), "a bug in show_data: null is shown");
        return nullptr;
    }
}

void NamespaceCore::run_middlewares(const std::shared_ptr<Socket>& socket, std::size_t index) {
    const auto& middlewares = behaviour().middlewares;
    if (index == middlewares.size()) return connect(*socket);
    guarded(*socket, [&] { middlewares[index](socket, Continuation{*this, socket, index + 1}); });
}

void NamespaceCore::refuse(Socket& socket, const ConnectError& error) {
    boost::json::object answer{{"message", error.message}};
    if (!error.data.is_null()) answer["data"] = error.data;
    Client& client = *socket.client_;
    const std::string& name = socket.nsp_.name();
    client.remove(socket);
    client.refuse_connect(name, boost::json::serialize(answer));
}

void NamespaceCore::connect(Socket& socket) {
    const auto alive = socket.shared_from_this();
    std::vector<std::string> rooms;
    std::vector<std::uint64_t> seen;
    std::vector<net::FramePtr> missed;
    std::string pid;
    if (recovery_) {
        Socket::Rare& rare = socket.rare();
        rare.pid = make_id();
        if (auto session = std::exchange(rare.coming_back, std::nullopt)) {
            auto frames = adapter_->missed(socket.shard(), *session);
            if (!frames) return start_anew(alive);
            missed = std::move(*frames);
            socket.id_ = std::move(session->sid);
            socket.recovered_ = true;
            rare.pid = std::move(session->pid);
            rooms = std::move(session->rooms);
            seen = std::move(session->seen);
            ++counters_of(socket.shard()).recovered;
        }
        adapter_->begin_session(socket, rare.pid, std::move(seen));
        pid = R"(","pid":")" + rare.pid;
    }
    socket.connected_ = true;
    ++counters_of(socket.shard()).sockets;
    adapter_->add(socket);
    for (const std::string& room : rooms) adapter_->join(socket, room);
    if (socket.rare_) {
        for (const std::string& room : std::exchange(socket.rare_->joined_early, {})) adapter_->join(socket, room);
        if (!recovery_ && !socket.rare_->child_namespace) socket.rare_.reset();
    }
    socket.client_->on_connected();
    for (net::FramePtr& frame : missed) socket.client_->session().send(std::move(frame));
    socket.client_->send_control(PacketType::connect, name_, R"({"sid":")" + socket.id() + pid + R"("})");
    for (const auto& handler : behaviour().connection) {
        if (socket.connected_) guarded(socket, [&] { handler(socket); });
    }
    socket.auth_ = boost::json::object{}; // with its memory
}

void NamespaceCore::on_event(Socket& socket, Packet packet, std::vector<std::string> attachments) {
    boost::json::array& values = packet.data.get_array();
    Event event;
    event.name = event_name(values[0]);
    values.erase(values.begin());
    event.arguments = {.values = std::move(values), .attachments = std::move(attachments)};
    if (packet.id) event.ack = Ack{socket.shared_from_this(), *packet.id};

    if (behaviour().event_middlewares.empty()) return dispatch(socket, std::move(event));
    run_event_middlewares(socket.shared_from_this(), std::make_shared<Event>(std::move(event)), 0);
}

void NamespaceCore::run_event_middlewares(const std::shared_ptr<Socket>& socket, std::shared_ptr<Event> event,
                                          std::size_t index) {
    const auto& middlewares = behaviour().event_middlewares;
    if (index == middlewares.size()) return dispatch(*socket, std::move(*event));
    guarded(*socket, [&] { middlewares[index](*socket, *event, EventContinuation{*this, socket, event, index + 1}); });
}

void NamespaceCore::dispatch(Socket& socket, Event event) {
    const Behaviour& behave = behaviour();
    guarded(socket, [&] {
        for (const AnyHandler& handler : behave.any) handler(socket, event);
        if (const auto found = behave.events.find(event.name); found != behave.events.end()) {
            found->second(socket, std::move(event));
        } else if (behave.unhandled) {
            behave.unhandled(socket, std::move(event));
        }
    });
}

void NamespaceCore::reject_payload(Socket& socket, Event event, const FieldError& error) {
    ++counters_of(socket.shard()).payloads_invalid;
    behaviour().invalid_payload(socket, std::move(event), error);
}

void NamespaceCore::disconnect(Socket& socket, DisconnectReason reason) {
    const Behaviour& behave = behaviour();
    for (const DisconnectHandler& handler : behave.disconnecting) guarded(socket, [&] { handler(socket, reason); });
    auto rooms = recovery_ ? adapter_->rooms(socket) : std::vector<std::string>{};
    adapter_->remove(socket);
    socket.connected_ = false;
    --counters_of(socket.shard()).sockets;
    for (const DisconnectHandler& handler : behave.disconnect) guarded(socket, [&] { handler(socket, reason); });
    if (recovery_) save(socket, reason, std::move(rooms));
}

} // namespace hubbub::socketio::internal
