#include "adapters/local/local_adapter.hpp"

#include "adapters/local/internal/room_index.hpp"
#include "net/frame.hpp"
#include "runtime/shard.hpp"

#include <atomic>
#include <utility>

namespace hubbub::adapters {
namespace {

using socketio::EncodedPacket;
using socketio::Socket;
using socketio::Target;

class LocalAdapter final : public socketio::Adapter {
  public:
    explicit LocalAdapter(runtime::Shards& shards) : shards_{shards}, indexes_(shards.size()) {}

    void add(Socket& socket) override { index(socket).add(socket); }
    void remove(Socket& socket) override { index(socket).remove(socket); }
    void join(Socket& socket, std::string_view room) override { index(socket).join(socket, room); }
    void leave(Socket& socket, std::string_view room) override { index(socket).leave(socket, room); }
    std::vector<std::string> rooms(const Socket& socket) const override { return internal::RoomIndex::rooms(socket); }

    void broadcast(const Target& target, EncodedPacket packet) override {
        for (std::size_t i = 0; i < shards_.size(); ++i) {
            if (shards_[i].on_this_thread()) {
                deliver(i, target, packet);
            } else {
                shards_[i].post([this, i, target, packet] { deliver(i, target, packet); });
            }
        }
    }

    void sockets_join(Target target, std::vector<std::string> rooms, Callback<void()> done) override {
        for_each_local(
            std::move(target),
            [this, rooms = std::move(rooms)](Socket& socket) {
                for (const std::string& room : rooms) join(socket, room);
            },
            std::move(done));
    }

    void sockets_leave(Target target, std::vector<std::string> rooms, Callback<void()> done) override {
        for_each_local(
            std::move(target),
            [this, rooms = std::move(rooms)](Socket& socket) {
                for (const std::string& room : rooms) leave(socket, room);
            },
            std::move(done));
    }

    void disconnect_sockets(Target target, bool close, Callback<void()> done) override {
        for_each_local(
            std::move(target), [close](Socket& socket) { socket.disconnect(close); }, std::move(done));
    }

    void for_each_local(Target target, std::function<void(Socket&)> visit, Callback<void()> done) override {
        auto work =
            std::make_shared<Visit>(std::move(target), std::move(visit), std::move(done), shards_.size(), caller());
        for (std::size_t i = 0; i < shards_.size(); ++i) {
            if (shards_[i].on_this_thread()) {
                this->visit(i, work);
            } else {
                shards_[i].post([this, i, work] { this->visit(i, work); });
            }
        }
    }

  private:
    /// One operation on the sockets of all shards; the shard that finishes last reports to the caller's.
    struct Visit {
        Visit(Target t, std::function<void(Socket&)> v, Callback<void()> d, std::size_t count, runtime::Shard& c)
            : target{std::move(t)}, function{std::move(v)}, done{std::move(d)}, left{count}, caller{c} {}
        const Target target;
        const std::function<void(Socket&)> function;
        Callback<void()> done;
        std::atomic<std::size_t> left;
        runtime::Shard& caller;
    };

    internal::RoomIndex& index(Socket& socket) { return indexes_[socket.shard().index()]; }

    /// The calling thread's shard, or the first one for a thread that is none.
    runtime::Shard& caller() {
        for (std::size_t i = 0; i < shards_.size(); ++i) {
            if (shards_[i].on_this_thread()) return shards_[i];
        }
        return shards_[0];
    }

    /// Encodes once, then only pushes references.
    void deliver(std::size_t shard, const Target& target, const EncodedPacket& packet) {
        std::vector<net::FramePtr> frames;
        frames.push_back(net::Frame::make(net::Frame::Kind::text, {packet.text}));
        for (const std::string& attachment : packet.attachments)
            frames.push_back(net::Frame::make(net::Frame::Kind::binary, {attachment}));
        indexes_[shard].for_each(target, [&](Socket& socket) { socket.deliver(frames, packet.is_volatile); });
    }

    void visit(std::size_t shard, const std::shared_ptr<Visit>& work) {
        std::vector<std::shared_ptr<Socket>> selected; // the visit may change rooms
        indexes_[shard].for_each(work->target, [&](Socket& socket) { selected.push_back(socket.shared_from_this()); });
        for (const auto& socket : selected) work->function(*socket);
        if (--work->left > 0 || !work->done) return;
        if (work->caller.on_this_thread()) return work->done();
        work->caller.post([work] { work->done(); });
    }

    runtime::Shards& shards_;
    std::vector<internal::RoomIndex> indexes_;
};

} // namespace

socketio::AdapterFactory local() {
    return [](runtime::Shards& shards, const std::string&) { return std::make_unique<LocalAdapter>(shards); };
}

} // namespace hubbub::adapters
