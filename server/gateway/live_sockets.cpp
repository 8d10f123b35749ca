#include "gateway/live_sockets.hpp"

#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "gateway/internal/completion.hpp"
#include "gateway/json/encode.hpp"
#include "gateway/socket/socket_session.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <memory>
#include <utility>

namespace hubbub::gateway {

using socketio::RawJson;
using socketio::Socket;

namespace {

using namespace std::chrono_literals;

socketio::Target sockets_of(UserId user) {
    socketio::Target target;
    target.rooms.push_back(user_room(user));
    return target;
}

bool is_ready(Socket& socket) {
    const SocketSession* session = session_of(socket);
    return session != nullptr && session->ready;
}

} // namespace

LiveSockets::LiveSockets(Node& node) : node_{node}, watches_(node.shards.size()) {}

LiveSockets::Watch::Watch(LiveSockets& sockets, const runtime::Shard& shard, UserId user, SessionId session)
    : sockets_{sockets}, shard_{shard.index()}, user_{user}, session_{session} {
    sockets_.watches_[shard_].emplace(user, this);
}

LiveSockets::Watch::~Watch() {
    auto& watches = sockets_.watches_[shard_];
    const auto [begin, end] = watches.equal_range(user_);
    watches.erase(std::find_if(begin, end, [this](const auto& entry) { return entry.second == this; }));
}

/// Tells the user's watches on every shard. Before the rooms are changed: a socket whose channels were read too early
/// then either hears of it here, or is in its rooms already and is found by the adapter.
template <class Note> void LiveSockets::note(UserId user, Note note) {
    for (std::size_t i = 0; i < node_.shards.size(); ++i) {
        auto tell = [this, i, user, note] {
            const auto [begin, end] = watches_[i].equal_range(user);
            std::for_each(begin, end, [&](const auto& entry) { note(*entry.second); });
        };
        if (node_.shards[i].on_this_thread()) {
            tell();
        } else {
            node_.shards[i].post(std::move(tell));
        }
    }
}

void LiveSockets::move(ChannelId channel, const chat::MembershipEvent& event, const std::string& asker,
                       Callback<void()> done) {
    const UserId user = event.user.id;
    note(user, [](Watch& watch) { watch.changed_ = true; });
    if (event.joined) return bring_in(channel, user, asker, std::move(done));
    std::string told;
    JsonWriter{told}
        .begin_object()
        .field("chatChannelId", channel)
        .field("reason", event.actor == user ? "left" : "removed")
        .end_object();
    auto take_out = [room = channel_room(channel), asker, told = std::move(told)](Socket& socket) {
        if (!is_in(socket, room)) return;
        socket.leave(room);
        if (is_ready(socket) && socket.id() != asker) socket.emit("channel_removed", RawJson{told});
    };
    node_.nsp.adapter().for_each_local(sockets_of(user), std::move(take_out), std::move(done));
}

void LiveSockets::bring_in(ChannelId channel, UserId user, const std::string& asker, Callback<void()> done) {
    auto entered = std::make_shared<std::vector<std::vector<std::string>>>(node_.shards.size()); // by shard
    auto take_in = [room = channel_room(channel), asker, entered](Socket& socket) {
        if (is_in(socket, room)) return;
        socket.join(room);
        // One that is being connected reads its channels again, now with this one.
        if (is_ready(socket) && socket.id() != asker) (*entered)[socket.shard().index()].push_back(socket.id());
    };
    auto tell = [this, channel, user, entered, done = std::move(done)]() mutable {
        done();
        std::vector<std::string> ids;
        for (auto& part : *entered) std::ranges::move(part, std::back_inserter(ids));
        if (ids.empty()) return;
        boost::asio::co_spawn(node_.owner(channel).io(), tell_added(channel, user, std::move(ids)),
                              [channel](const std::exception_ptr& escaped) {
                                  if (escaped) internal::log_escaped(escaped, {"channel", channel_room(channel)});
                              });
    };
    node_.nsp.adapter().for_each_local(sockets_of(user), std::move(take_in), std::move(tell));
}

/// On the channel's owner shard. The state is read now that the sockets are in the room: whoever found the channel at
/// once may have written to it before.
Task<> LiveSockets::tell_added(ChannelId channel, UserId user, std::vector<std::string> sockets) {
    Services& here = node_.services_of(node_.owner(channel));
    boost::asio::steady_timer pause{node_.owner(channel).io()};
    for (int reads = 0; reads < limits::kAddedReadsMax; ++reads) {
        const auto view = co_await here.channels.view(channel, user);
        if (view && view->state) {
            here.feed.seed(channel, view->state->last_event_seq);
            std::string event;
            JsonWriter json{event};
            json.begin_object().key("channel");
            write(json, *view->state);
            json.end_object();
            for (const std::string& id : sockets) node_.nsp.to(id).emit("channel_added", RawJson{event});
            co_return;
        }
        if (view || view.error() != chat::Errc::unavailable) co_return; // they are out again
        pause.expires_after(limits::kAddedRetryPause);
        co_await pause.async_wait(boost::asio::use_awaitable);
    }
    // They are in a room of which they know nothing: they find out by coming again.
    for (const std::string& id : sockets) node_.nsp.to(id).disconnect_sockets(true, [] {});
}

Task<bool> LiveSockets::all_are(bool in, ChannelId channel, UserId user) {
    note(user, [](Watch& watch) { watch.changed_ = true; });
    auto differ = std::make_shared<std::atomic<bool>>(false);
    auto start = [&](Callback<void()> done) {
        auto look = [room = channel_room(channel), in, differ](Socket& socket) {
            if (is_in(socket, room) != in || !is_ready(socket)) *differ = true;
        };
        node_.nsp.adapter().for_each_local(sockets_of(user), std::move(look), std::move(done));
    };
    co_await internal::completion_of(std::move(start));
    co_return !*differ;
}

void LiveSockets::channel_updated(const chat::Channel& channel) {
    std::string event;
    JsonWriter json{event};
    json.begin_object().key("channel");
    write(json, channel);
    json.end_object();
    node_.nsp.to(channel_room(channel.id)).emit("channel_updated", RawJson{event});
}

void LiveSockets::member_updated(ChannelId channel, const chat::Member& member) {
    std::string event;
    JsonWriter json{event};
    json.begin_object().field("chatChannelId", channel).key("member");
    write(json, member);
    json.end_object();
    node_.nsp.to(channel_room(channel)).emit("member_updated", RawJson{event});
}

void LiveSockets::invitation_added(const chat::Invitation& invitation) {
    if (!invitation.invite.user) return;
    std::string event;
    JsonWriter json{event};
    json.begin_object().key("invitation");
    write(json, invitation);
    json.end_object();
    node_.nsp.to(user_room(*invitation.invite.user)).emit("invitation_added", RawJson{event});
}

void LiveSockets::invitation_removed(ChannelId channel, const chat::WithdrawnInvite& invite) {
    std::string event;
    JsonWriter{event}.begin_object().field("inviteId", invite.id).field("chatChannelId", channel).end_object();
    node_.nsp.to(user_room(invite.invited)).emit("invitation_removed", RawJson{event});
}

Task<bool> LiveSockets::settle(std::vector<Head> heads) {
    struct State {
        std::vector<Head> heads;
        std::atomic<std::size_t> shards_left;
        std::atomic<bool> overtaken = false;
        std::atomic<bool> is_done = false;
        Callback<void()> done;

        void finish() {
            if (!is_done.exchange(true)) done();
        }
    };
    auto state = std::make_shared<State>();
    state->heads = std::move(heads);
    state->shards_left = node_.shards.size();

    auto check = [this, state](std::size_t shard) {
        for (const Head& head : state->heads) {
            if (node_.owner(head.channel).index() != shard) continue;
            if (node_.services[shard]->feed.published(head.channel) > head.event_seq) state->overtaken = true;
        }
        if (--state->shards_left == 0) state->finish();
    };
    auto wait_on = [this, state, check](std::size_t shard) {
        Services& services = *node_.services[shard];
        for (const Head& head : state->heads)
            if (node_.owner(head.channel).index() == shard) services.feed.seed(head.channel, head.event_seq);
        services.writes.after([check, shard] { check(shard); });
    };
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer timeout{executor, limits::kSettleTimeout};
    auto start = [this, &state, &wait_on, &timeout](Callback<void()> done) {
        state->done = std::move(done);
        for (std::size_t i = 0; i < node_.shards.size(); ++i) {
            if (node_.shards[i].on_this_thread()) {
                wait_on(i);
            } else {
                node_.shards[i].post([wait_on, i] { wait_on(i); });
            }
        }
        if (state->is_done) return;
        timeout.async_wait([state](const boost::system::error_code& cancelled) {
            if (cancelled) return;
            state->overtaken = true;
            state->finish();
        });
    };
    co_await internal::completion_of(std::move(start));
    co_return state->overtaken;
}

Task<> LiveSockets::end_session(UserId user, SessionId session) {
    note(user, [session](Watch& watch) {
        if (watch.session_ == session) watch.revoked_ = true;
    });
    auto start = [&](Callback<void()> done) {
        const std::string room = session_room(session);
        node_.nsp.to(room).emit("disconnected", RawJson{disconnected_event(ErrorName::auth_revoked)});
        node_.nsp.to(room).disconnect_sockets(true, std::move(done));
    };
    co_await internal::completion_of(std::move(start));
}

Task<> LiveSockets::end_revoked(runtime::Shard& here, UserId user) {
    auto found = std::make_shared<std::vector<std::vector<SessionId>>>(node_.shards.size()); // by shard
    auto start = [&](Callback<void()> done) {
        auto look = [found](Socket& socket) {
            (*found)[socket.shard().index()].push_back(session_of(socket)->claims.session);
        };
        node_.nsp.adapter().for_each_local(sockets_of(user), std::move(look), std::move(done));
    };
    co_await internal::completion_of(std::move(start));
    std::vector<SessionId> sessions;
    for (auto& part : *found) std::ranges::move(part, std::back_inserter(sessions));
    if (sessions.empty()) co_return;
    const auto ended = co_await node_.services_of(here).changes.ended_of(user, std::move(sessions));
    if (!ended) co_return; // it is looked at again before long
    for (const SessionId session : *ended) co_await end_session(user, session);
}

bool is_in(const Socket& socket, const std::string& room) {
    const auto rooms = socket.rooms();
    return std::ranges::find(rooms, room) != rooms.end();
}

std::string disconnected_event(ErrorName why, std::optional<std::chrono::milliseconds> reconnect_after) {
    const ErrorRow& row = row_of(why);
    std::string event;
    JsonWriter json{event};
    json.begin_object().field("code", row.name).field("message", row.message);
    if (reconnect_after) json.field("reconnectAfterMs", reconnect_after->count());
    json.end_object();
    return event;
}

} // namespace hubbub::gateway
