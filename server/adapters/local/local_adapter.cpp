#include "adapters/local/local_adapter.hpp"

#include "adapters/local/internal/packet_log.hpp"
#include "adapters/local/internal/room_index.hpp"
#include "adapters/local/internal/session_store.hpp"
#include "net/frame.hpp"
#include "runtime/shard.hpp"
#include "socketio/socket.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace hubbub::adapters {
namespace {

using socketio::EncodedPacket;
using socketio::Socket;
using socketio::Target;

class LocalAdapter final : public socketio::Adapter {
  public:
    LocalAdapter(runtime::Shards& shards, const socketio::AdapterOptions& options)
        : shards_{shards}, indexes_(shards.size()) {
        if (!options.recovery) return;
        for (std::size_t i = 0; i < shards.size(); ++i)
            memories_.push_back(std::make_unique<Memory>(i, shards.size(), options));
    }

    void add(Socket& socket) override { index(socket).add(socket); }
    void remove(Socket& socket) override { index(socket).remove(socket); }
    void join(Socket& socket, std::string_view room) override { index(socket).join(socket, room); }
    void leave(Socket& socket, std::string_view room) override { index(socket).leave(socket, room); }
    std::vector<std::string> rooms(const Socket& socket) const override { return internal::RoomIndex::rooms(socket); }

    void broadcast(const Target& target, EncodedPacket packet) override {
        if (!memories_.empty()) return broadcast_logged({.target = target, .packet = std::move(packet)});
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
            const auto frames = internal::to_frames(packet);
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

    void begin_session(Socket& socket, const std::string& pid, std::vector<std::uint64_t> seen) override {
        Memory& memory = *memories_[socket.shard().index()];
        if (seen.empty()) seen = memory.log.heads();
        memory.sessions.begin(pid, socket, std::move(seen));
    }

    void end_session(const std::string& pid, runtime::Shard& shard,
                     std::optional<socketio::SavedSession> saved) override {
        memories_[shard.index()]->sessions.end(pid, std::move(saved));
    }

    void take_session(std::string pid, std::string offset,
                      Callback<void(std::optional<socketio::SavedSession>)> done) override {
        struct Search {
            std::string pid;
            std::string offset;
            std::optional<socketio::SavedSession> found; // by one shard at most
            std::atomic<std::size_t> left;
            Callback<void(std::optional<socketio::SavedSession>)> done;
        };
        auto search = std::make_shared<Search>();
        search->pid = std::move(pid);
        search->offset = std::move(offset);
        search->left = shards_.size();
        search->done = std::move(done);
        on_every_shard([this, search, &home = caller()](std::size_t i) {
            const Memory& memory = *memories_[i];
            if (auto session = memories_[i]->sessions.take(search->pid)) {
                if (auto seen = memory.log.seen_by(*session, search->offset)) {
                    session->seen = std::move(*seen);
                    search->found = std::move(session);
                }
            }
            if (--search->left > 0) return;
            home.post([search] { search->done(std::move(search->found)); });
        });
    }

    void put_back(runtime::Shard& shard, socketio::SavedSession session) override {
        memories_[shard.index()]->sessions.save(std::move(session));
    }

    std::optional<std::vector<net::FramePtr>> missed(runtime::Shard& shard,
                                                     const socketio::SavedSession& session) override {
        return memories_[shard.index()]->log.missed(session);
    }

    void visit_rooms(const runtime::Shard& shard,
                     const std::function<void(std::string_view, std::size_t)>& visit) const override {
        indexes_[shard.index()].visit_rooms(visit);
    }

    socketio::RecoveryCounters recovery_counters(const runtime::Shard& shard) const override {
        if (memories_.empty()) return {};
        const Memory& memory = *memories_[shard.index()];
        return {.packets = memory.log.size(),
                .bytes = memory.log.bytes(),
                .packets_forgotten = memory.log.forgotten(),
                .sessions = memory.sessions.saved(),
                .sessions_forgotten = memory.sessions.forgotten()};
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

    /// What one shard keeps for recovery.
    struct Memory {
        Memory(std::size_t shard, std::size_t shards, const socketio::AdapterOptions& options)
            : log{shard, shards, options}, sessions{*options.recovery} {}
        internal::PacketLog log;
        internal::SessionStore sessions;
        std::uint64_t sent = 0; ///< logged packets that came from this shard
    };

    void broadcast_logged(internal::LoggedPacket packet) {
        const std::size_t here = caller().index();
        if (!shards_[here].on_this_thread()) // numbers are given on shards
            return shards_[here].post(
                [this, moved = std::move(packet)]() mutable { broadcast_logged(std::move(moved)); });
        packet.sender = here;
        if (!packet.packet.is_volatile) packet.number = ++memories_[here]->sent;
        on_every_shard([this, shared = std::make_shared<const internal::LoggedPacket>(std::move(packet))](
                           std::size_t i) { deliver_logged(i, shared); });
    }

    void deliver_logged(std::size_t shard, const std::shared_ptr<const internal::LoggedPacket>& logged) {
        internal::PacketLog& log = memories_[shard]->log;
        const EncodedPacket& packet = logged->packet;
        std::string offset;
        if (logged->number != 0) {
            log.append(logged, shards_[shard].loop_time());
            offset = log.offset();
        } else if (packet.text.ends_with("\"]")) {
            offset = log.offset(); // its last argument is a string, which clients would take for an offset
        }
        const auto frames = internal::to_frames(packet, offset);
        indexes_[shard].for_each(logged->target, [&](Socket& socket) { socket.deliver(frames, packet.is_volatile); });
    }

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

    /// Encodes once, then only pushes references.
    void deliver(std::size_t shard, const Target& target, const EncodedPacket& packet) {
        const auto frames = internal::to_frames(packet);
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
    std::vector<std::unique_ptr<Memory>> memories_; // none if there is no recovery
};

} // namespace

socketio::AdapterFactory local() {
    return [](runtime::Shards& shards, const std::string&, const socketio::AdapterOptions& options) {
        return std::make_unique<LocalAdapter>(shards, options);
    };
}

} // namespace hubbub::adapters
