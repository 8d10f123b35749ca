#include "adapters/local/local_adapter.hpp"

#include "adapters/local/internal/room_index.hpp"
#include "net/frame.hpp"
#include "runtime/shard.hpp"
#include "socketio/socket.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <memory>
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

    void broadcast_with_ack(Target target, EncodedPacket packet, std::uint64_t ack_id,
                            std::chrono::milliseconds timeout, socketio::AnswersCallback done) override {
        auto poll = std::make_shared<Poll>(shards_.size(), std::move(done), caller());
        on_every_shard([this, poll, target = std::move(target), packet = std::move(packet), ack_id,
                        timeout](std::size_t i) {
            std::vector<std::shared_ptr<Socket>> asked; // an answer may come, and change rooms, before all are asked
            indexes_[i].for_each(target, [&](Socket& socket) { asked.push_back(socket.shared_from_this()); });
            const auto frames = to_frames(packet);
            const auto part = std::make_shared<Poll::Part>(poll, poll->answers[i]);
            for (const auto& socket : asked) {
                auto answered = [part](error_code error, socketio::Arguments answer) {
                    if (error) {
                        part->poll->incomplete = true;
                    } else {
                        part->answers.push_back(std::move(answer));
                    }
                };
                socket->deliver_with_ack(frames, ack_id, timeout, std::move(answered));
            }
        });
    }

    void fetch_sockets(Target target, socketio::SocketsCallback done) override {
        struct Found {
            std::vector<std::vector<socketio::SocketInfo>> sockets; // a shard each
            socketio::SocketsCallback done;
        };
        auto found = std::make_shared<Found>();
        found->sockets.resize(shards_.size());
        found->done = std::move(done);
        for_each_local(
            std::move(target),
            [found](Socket& socket) { found->sockets[socket.shard().index()].push_back(socket.info()); },
            [found] {
                std::vector<socketio::SocketInfo> all;
                for (auto& part : found->sockets) std::ranges::move(part, std::back_inserter(all));
                found->done({}, std::move(all));
            });
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
        on_every_shard([this, work](std::size_t i) { this->visit(i, work); });
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

    /// The answers to one broadcast of all shards. Each shard's part reports when its last answer, or the lack of it,
    /// is there; the shard that comes last reports to the caller's.
    struct Poll : std::enable_shared_from_this<Poll> {
        Poll(std::size_t count, socketio::AnswersCallback d, runtime::Shard& c)
            : answers(count), left{count}, done{std::move(d)}, caller{c} {}

        struct Part {
            Part(std::shared_ptr<Poll> whole, std::vector<socketio::Arguments>& own)
                : poll{std::move(whole)}, answers{own} {}
            ~Part() { poll->on_part_done(); }
            Part(const Part&) = delete;
            Part& operator=(const Part&) = delete;
            std::shared_ptr<Poll> poll;
            std::vector<socketio::Arguments>& answers;
        };

        void on_part_done() {
            if (--left > 0) return;
            caller.post([self = shared_from_this()] {
                std::vector<socketio::Arguments> all;
                for (auto& part : self->answers) std::ranges::move(part, std::back_inserter(all));
                self->done(self->incomplete ? make_error_code(socketio::Errc::ack_timeout) : error_code{},
                           std::move(all));
            });
        }

        std::vector<std::vector<socketio::Arguments>> answers; // a shard each
        std::atomic<std::size_t> left;
        std::atomic<bool> incomplete = false;
        socketio::AnswersCallback done;
        runtime::Shard& caller;
    };

    /// Runs `work(index)` on each shard, here at once.
    template <class Work> void on_every_shard(Work work) {
        const auto shared = std::make_shared<Work>(std::move(work));
        for (std::size_t i = 0; i < shards_.size(); ++i) {
            if (shards_[i].on_this_thread()) {
                (*shared)(i);
            } else {
                shards_[i].post([shared, i] { (*shared)(i); });
            }
        }
    }

    internal::RoomIndex& index(Socket& socket) { return indexes_[socket.shard().index()]; }

    /// The calling thread's shard, or the first one for a thread that is none.
    runtime::Shard& caller() {
        for (std::size_t i = 0; i < shards_.size(); ++i) {
            if (shards_[i].on_this_thread()) return shards_[i];
        }
        return shards_[0];
    }

    static std::vector<net::FramePtr> to_frames(const EncodedPacket& packet) {
        using net::Frame;
        const auto compression = packet.compress ? Frame::Compression::allowed : Frame::Compression::never;
        std::vector<net::FramePtr> frames;
        frames.push_back(Frame::make(Frame::Kind::text, {packet.text}, compression));
        for (const std::string& attachment : packet.attachments)
            frames.push_back(Frame::make(Frame::Kind::binary, {attachment}, compression));
        return frames;
    }

    /// Encodes once, then only pushes references.
    void deliver(std::size_t shard, const Target& target, const EncodedPacket& packet) {
        const auto frames = to_frames(packet);
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
