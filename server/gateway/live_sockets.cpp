#include "gateway/live_sockets.hpp"

#include "gateway/internal/completion.hpp"
#include "gateway/json/encode.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

namespace hubbub::gateway {

using socketio::RawJson;

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

Task<> LiveSockets::admit(ChannelId channel, chat::MembershipChange change) {
    const UserId user = change.member.user.id;
    const std::string room = channel_room(channel);
    note(user, [](Watch& watch) { watch.changed_ = true; });
    auto start = [&](Callback<void()> done) {
        node_.nsp.to(user_room(user)).sockets_join({room}, std::move(done));
        feed(channel).publish(channel, change.event_seq, "user_joined",
                              membership_event(channel, change.event_seq, change.member.user, change.at));
    };
    co_await internal::completion_of(std::move(start));
}

Task<> LiveSockets::admit_creator(ChannelId channel, UserId user) {
    note(user, [](Watch& watch) { watch.changed_ = true; });
    auto start = [&](Callback<void()> done) {
        node_.nsp.to(user_room(user)).sockets_join({channel_room(channel)}, std::move(done));
    };
    co_await internal::completion_of(std::move(start));
}

Task<> LiveSockets::expel(ChannelId channel, chat::MembershipChange change) {
    const UserId user = change.member.user.id;
    const std::string room = channel_room(channel);
    note(user, [](Watch& watch) { watch.changed_ = true; });
    auto start = [&](Callback<void()> done) {
        node_.nsp.to(user_room(user)).sockets_leave({room}, std::move(done));
        feed(channel).publish(channel, change.event_seq, "user_left",
                              membership_event(channel, change.event_seq, change.member.user, change.at));
    };
    co_await internal::completion_of(std::move(start));
}

void LiveSockets::channel_added(UserId user, const chat::ChannelState& state, std::string_view except) {
    std::string event;
    JsonWriter json{event};
    json.begin_object().key("channel");
    write(json, state);
    json.end_object();
    node_.nsp.to(user_room(user)).except(except).emit("channel_added", RawJson{event});
}

void LiveSockets::channel_removed(UserId user, ChannelId channel, std::string_view reason, std::string_view except) {
    std::string event;
    JsonWriter{event}.begin_object().field("chatChannelId", channel).field("reason", reason).end_object();
    node_.nsp.to(user_room(user)).except(except).emit("channel_removed", RawJson{event});
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

Task<bool> LiveSockets::settle(std::vector<Head> heads) {
    struct State {
        std::vector<Head> heads;
        std::atomic<std::size_t> shards_left;
        std::atomic<bool> overtaken = false;
        Callback<void()> done;
    };
    auto state = std::make_shared<State>();
    state->heads = std::move(heads);
    state->shards_left = node_.shards.size();

    auto check = [this, state](std::size_t shard) {
        for (const Head& head : state->heads) {
            if (node_.owner(head.channel).index() != shard) continue;
            if (node_.services[shard]->feed.published(head.channel) > head.event_seq) state->overtaken = true;
        }
        if (--state->shards_left == 0) state->done();
    };
    auto start = [this, &state, &check](Callback<void()> done) {
        state->done = std::move(done);
        for (std::size_t i = 0; i < node_.shards.size(); ++i) {
            auto wait = [this, i, check] { node_.services[i]->writes.after([check, i] { check(i); }); };
            if (node_.shards[i].on_this_thread()) {
                wait();
            } else {
                node_.shards[i].post(std::move(wait));
            }
        }
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
