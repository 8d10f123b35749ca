#include "gateway/reconciler.hpp"

#include "base/limits.hpp"
#include "gateway/internal/completion.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <utility>

namespace hubbub::gateway {
namespace {

using namespace std::chrono_literals;

constexpr int kForgetEvery = 12; // comparisons of heads

Task<> wait(runtime::Shard& shard, std::chrono::milliseconds time) {
    boost::asio::steady_timer timer{shard.io(), time};
    co_await timer.async_wait(boost::asio::use_awaitable);
}

std::optional<ChannelId> channel_of(std::string_view room) {
    ChannelId id;
    const char* end = room.data() + room.size();
    const auto [last, error] = std::from_chars(room.data(), end, id.value);
    return error == std::errc{} && last == end ? std::optional{id} : std::nullopt;
}

} // namespace

void Reconciler::start() {
    keep_running(node_.shards[0], &Reconciler::follow_changes);
    for (std::size_t i = 0; i < node_.shards.size(); ++i) keep_running(node_.shards[i], &Reconciler::compare_heads);
}

void Reconciler::keep_running(runtime::Shard& shard, Loop loop) {
    boost::asio::co_spawn(shard.io(), (this->*loop)(shard), [this, &shard, loop](const std::exception_ptr& escaped) {
        if (!escaped) return;
        internal::log_escaped(escaped, {"loop", "reconciler"});
        keep_running(shard, loop);
    });
}

/// Each look goes back a little before the last one: a change is seen only once it is committed.
Task<> Reconciler::follow_changes(runtime::Shard& shard) {
    while (true) {
        co_await wait(shard, limits::kChangesPause);
        const auto time = co_await node_.services_of(shard).changes.clock();
        if (!time) continue;
        if (looked_at_ == Timestamp{}) looked_at_ = *time; // a look that fails does not move it
        const Timestamp since = looked_at_ - limits::kChangesOverlap;
        const bool is_all = co_await follow_memberships(since) && co_await follow_sessions(since);
        if (is_all) looked_at_ = *time;
    }
}

Task<bool> Reconciler::follow_memberships(Timestamp since) {
    chat::ChangeStore& changes = node_.services_of(node_.shards[0]).changes;
    decltype(in_force_) in_force;
    chat::ChangeStore::Membership last;
    last.changed_at = since;
    for (bool is_all = false; !is_all;) {
        const auto page = co_await changes.changed_memberships(last, limits::kChangesPage);
        if (!page) co_return false;
        for (const auto& [channel, user, is_member, changed_at] : *page) {
            const bool known = in_force_.contains({changed_at, channel, user});
            if (known || co_await sockets_.all_are(is_member, channel, user))
                in_force.emplace(changed_at, channel, user);
            else
                co_await memberships_.mend(channel, user, is_member);
        }
        if (!page->empty()) last = page->back();
        is_all = page->size() < limits::kChangesPage;
    }
    in_force_ = std::move(in_force);
    co_return true;
}

Task<bool> Reconciler::follow_sessions(Timestamp since) {
    chat::ChangeStore& changes = node_.services_of(node_.shards[0]).changes;
    chat::ChangeStore::EndedSession last;
    last.ended_at = since;
    for (bool is_all = false; !is_all;) {
        const auto page = co_await changes.ended_sessions(last, limits::kChangesPage);
        if (!page) co_return false;
        for (const auto& ended : *page) co_await sockets_.end_session(ended.user, ended.session);
        if (!page->empty()) last = page->back();
        is_all = page->size() < limits::kChangesPage;
    }
    co_return true;
}

Task<> Reconciler::compare_heads(runtime::Shard& shard) {
    for (int round = 1;; ++round) {
        co_await wait(shard, limits::kHeadsPause);
        co_await compare_heads_once(shard);
        if (round % kForgetEvery == 0) co_await forget_unused(shard);
    }
}

/// One query at a time, and a pause after each: many channels take longer, and load the database no more.
Task<> Reconciler::compare_heads_once(runtime::Shard& shard) {
    Services& here = node_.services_of(shard);
    const auto known = here.feed.known();
    for (std::size_t begin = 0; begin < known.size(); begin += limits::kHeadsPage) {
        const auto end = std::min(begin + limits::kHeadsPage, known.size());
        std::vector<ChannelId> batch{known.begin() + static_cast<std::ptrdiff_t>(begin),
                                     known.begin() + static_cast<std::ptrdiff_t>(end)};
        const auto heads = co_await here.changes.heads(std::move(batch));
        if (!heads) co_return;
        for (const auto& head : *heads) here.feed.notice(head.channel, head.event_seq);
        if (end < known.size()) co_await wait(shard, 100ms);
    }
}

/// Asks every shard which of the channels have sockets in their rooms.
Task<> Reconciler::forget_unused(runtime::Shard& shard) {
    struct Rooms {
        std::vector<std::vector<ChannelId>> found; // by shard
        std::atomic<std::size_t> shards_left;
        Callback<void()> done;
    };
    node_.services_of(shard).feed.start_noting();
    auto rooms = std::make_shared<Rooms>();
    rooms->found.resize(node_.shards.size());
    rooms->shards_left = node_.shards.size();
    auto start = [&](Callback<void()> done) {
        rooms->done = std::move(done);
        for (std::size_t i = 0; i < node_.shards.size(); ++i) {
            node_.shards[i].post([this, i, rooms, &shard] {
                node_.nsp.adapter().visit_rooms(node_.shards[i], [&](std::string_view room, std::size_t) {
                    const auto channel = channel_of(room);
                    if (channel && node_.owner(*channel).index() == shard.index()) rooms->found[i].push_back(*channel);
                });
                if (--rooms->shards_left == 0) rooms->done();
            });
        }
    };
    co_await internal::completion_of(std::move(start));
    std::unordered_set<ChannelId> in_use;
    for (const auto& part : rooms->found) in_use.insert(part.begin(), part.end());
    node_.services_of(shard).feed.forget_others(in_use);
}

} // namespace hubbub::gateway
