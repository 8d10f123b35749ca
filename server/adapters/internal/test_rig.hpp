#pragma once
// A Socket.IO server on two shards and clients on real sockets, for the suite that every adapter passes.
#include "runtime/shard.hpp"
#include "socketio/server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <sys/socket.h>

#include <functional>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace hubbub::adapters::testing {

using boost::asio::ip::tcp;

/// A blocking client: connects to a namespace and collects what comes.
class Client {
  public:
    explicit Client(std::uint16_t port, const std::string& nsp = "/", const std::string& auth = {})
        : prefix_{nsp == "/" ? "" : nsp + ","} {
        ws_.next_layer().connect({boost::asio::ip::address_v4::loopback(), port});
        const timeval timeout{.tv_sec = 10, .tv_usec = 0};
        ::setsockopt(ws_.next_layer().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
        ws_.handshake("127.0.0.1", "/socket.io/?EIO=4&transport=websocket");
        read(); // 0{"sid"…}
        send("40" + prefix_ + auth);
        answer_ = read(); // 40{"sid":"…"}
        if (const auto sid = answer_.find(R"("sid":")"); sid != std::string::npos) id_ = answer_.substr(sid + 7, 20);
    }

    const std::string& id() const { return id_; }
    const std::string& connect_answer() const { return answer_; }
    /// Sends an event, `["name",…]`, with an ack id if it is given.
    void emit(const std::string& json, const std::string& ack_id = {}) { send("42" + prefix_ + ack_id + json); }
    /// The answer to an event, e.g. `[1]`.
    std::string ask(const std::string& json) {
        emit(json, "7");
        const std::string head = "43" + prefix_ + "7";
        for (std::string packet = read();; packet = read())
            if (packet.starts_with(head)) return packet.substr(head.size());
    }
    void send(const std::string& text) { ws_.write(boost::asio::buffer(text)); }

    /// Packets up to, and without, the event `end`.
    std::vector<std::string> until_end() {
        std::vector<std::string> packets;
        for (std::string packet = read(); packet != R"(42["end"])"; packet = read()) packets.push_back(packet);
        return packets;
    }

    std::string read() {
        boost::beast::flat_buffer buffer;
        ws_.read(buffer);
        return {static_cast<const char*>(buffer.data().data()), buffer.size()};
    }

    /// Raw bytes of the connection, as many as one read gives.
    std::size_t receive(std::span<char> bytes) {
        return ws_.next_layer().read_some(boost::asio::buffer(bytes.data(), bytes.size()));
    }

    /// Whether the server ends the connection.
    bool closed_by_server() {
        boost::system::error_code error;
        boost::beast::flat_buffer buffer;
        while (!error) ws_.read(buffer, error);
        return error == boost::beast::websocket::error::closed || error == boost::asio::error::eof;
    }

  private:
    boost::asio::io_context io_;
    boost::beast::websocket::stream<tcp::socket> ws_{io_};
    const std::string prefix_; // of its packets after their type
    std::string id_;
    std::string answer_;
};

/// Clients join rooms by the event `join` and are acknowledged.
class Rig final : public net::http::Handler {
  public:
    using SetUp = std::function<void(socketio::Server&)>;

    explicit Rig(socketio::AdapterFactory adapter, std::size_t shards = 2, const SetUp& set_up = {},
                 socketio::Options options = {})
        : shards_{shards}, server_{shards_, std::move(adapter), std::move(options)} {
        if (set_up) set_up(server_);
        main().on("join", [](socketio::Socket& socket, socketio::Event event) {
            for (const auto& room : event.arguments.values) socket.join(std::string{room.as_string()});
            event.ack(socketio::RawJson{});
        });
        main().on("leave", [](socketio::Socket& socket, socketio::Event event) {
            socket.leave(std::string{event.arguments.values.at(0).as_string()});
            event.ack(socketio::RawJson{});
        });
        main().on("set data", [](socketio::Socket& socket, boost::json::value data) {
            socket.data() = std::move(data);
            return true;
        });
        main().on("count rooms", [](socketio::Socket& socket) { return socket.rooms().size(); });
        main().on("shout", [](socketio::Socket& socket, socketio::Event event) {
            socket.to(std::string{event.arguments.values.at(0).as_string()}).emit("shouted", socketio::RawJson{});
            event.ack(socketio::RawJson{});
        });
        port_ = free_port();
        for (std::size_t i = 0; i < shards_.size(); ++i) {
            listeners_.push_back(net::http::make_server(shards_[i], *this));
            listeners_.back()->listen({boost::asio::ip::address_v4::loopback(), port_});
            server_.attach(i, *listeners_.back());
        }
        shards_.start();
    }
    ~Rig() override { shards_.stop(); }
    /// Stops the shards before the test's own variables go.
    void stop() { shards_.stop(); }
    socketio::Server& server() { return server_; }
    runtime::Shards& shards() { return shards_; }
    std::uint16_t port() const { return port_; }

    socketio::Namespace& main() { return server_.of("/"); }
    std::unique_ptr<Client> client(const std::vector<std::string>& rooms = {}) {
        auto made = std::make_unique<Client>(port_);
        for (const std::string& room : rooms) call(*made, R"(["join",")" + room + R"("])");
        return made;
    }
    /// Sends an event and waits for its ack.
    static void call(Client& client, const std::string& json) {
        client.send("420" + json);
        if (client.read() != "430[]") throw std::runtime_error{"no ack to " + json};
    }
    /// Lets every client's `until_end` return.
    void end() { main().broadcast().emit("end", socketio::RawJson{}); }
    /// Runs an operation that takes a `done`, and waits for it.
    template <class Operation> void await(Operation operation) {
        std::promise<void> done;
        operation([&done] { done.set_value(); });
        if (done.get_future().wait_for(std::chrono::seconds{10}) != std::future_status::ready)
            throw std::runtime_error{"the operation was never done"};
    }
    /// The sum of a namespace's counter over all shards.
    template <class Count>
    std::uint64_t count(const socketio::Namespace& nsp, Count socketio::NamespaceCounters::*counter) {
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < shards_.size(); ++i) {
            await([&](auto done) {
                shards_[i].post([&, i, done] {
                    sum += nsp.counters(shards_[i]).*counter;
                    done();
                });
            });
        }
        return sum;
    }

    /// Runs `work` on the first shard and waits until it has run.
    void on_shard(std::function<void()> work) {
        await([&](auto done) {
            shards_[0].post([&work, done] {
                work();
                done();
            });
        });
    }
    /// What the first shard's connections have done; on that shard.
    const net::Counters& counters() const { return listeners_.front()->counters(); }

    void handle(std::shared_ptr<net::http::Exchange> exchange) override { server_.handle(exchange); }

  private:
    static std::uint16_t free_port() {
        boost::asio::io_context io;
        tcp::acceptor probe{io, {boost::asio::ip::address_v4::loopback(), 0}};
        return probe.local_endpoint().port();
    }

    runtime::Shards shards_;
    socketio::Server server_;
    std::vector<std::unique_ptr<net::http::Server>> listeners_;
    std::uint16_t port_ = 0;
};

} // namespace hubbub::adapters::testing
