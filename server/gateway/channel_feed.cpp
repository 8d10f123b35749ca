#include "gateway/channel_feed.hpp"

#include "base/limits.hpp"
#include "base/log.hpp"
#include "chat/errc.hpp"
#include "gateway/counters.hpp"
#include "gateway/internal/completion.hpp"
#include "gateway/json/encode.hpp"
#include "gateway/live_sockets.hpp"
#include "gateway/node.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace hubbub::gateway {
namespace {

std::size_t size_of(std::string_view json) {
    return json.size() + 128;
}

} // namespace

ChannelFeed::Channel& ChannelFeed::open(ChannelId id, std::int64_t last) {
    const auto [found, is_new] = channels_.try_emplace(id);
    if (is_new) found->second.last = last;
    if (noted_) noted_->insert(id);
    return found->second;
}

void ChannelFeed::seed(ChannelId id, std::int64_t event_seq) {
    open(id, event_seq);
}

void ChannelFeed::publish(ChannelId id, std::int64_t event_seq, std::string_view event, std::string json) {
    // Nobody is in the room of a channel that is not known: what was before is no gap.
    publish(id, open(id, event_seq - 1), event_seq, {event, std::move(json), {}});
}

void ChannelFeed::publish(ChannelId id, const chat::ChannelEvent& event) {
    publish(id, event, {}, [] {});
}

void ChannelFeed::publish(ChannelId id, const chat::ChannelEvent& event, const std::string& asker,
                          Callback<void()> done) {
    Channel& channel = open(id, event.event_seq - 1);
    const auto* membership = std::get_if<chat::MembershipEvent>(&event.what);
    if (membership == nullptr || event.event_seq <= channel.last) {
        done();
    } else {
        sockets_.move(id, *membership, asker, std::move(done));
    }
    const UserId moved = membership == nullptr ? UserId{} : membership->user.id;
    publish(id, channel, event.event_seq, {event_name(event), encode_event(id, event), moved});
}

void ChannelFeed::publish(ChannelId id, Channel& channel, std::int64_t event_seq, Event event) {
    if (event_seq <= channel.last) return;
    if (event_seq == channel.last + 1) {
        channel.last = event_seq;
        emit(id, event.name, event.json);
        return flush(id, channel);
    }
    const auto [kept, is_new] = channel.waiting.try_emplace(event_seq, std::move(event));
    if (is_new) bytes_held_ += size_of(kept->second.json);
    if (bytes_held_ > limits::kFeedBytesHeldMax) return give_up(id, channel);
    repair(id, channel);
}

std::int64_t ChannelFeed::published(ChannelId id) const {
    const auto channel = channels_.find(id);
    return channel == channels_.end() ? 0 : channel->second.last;
}

void ChannelFeed::notice(ChannelId id, std::int64_t event_seq) {
    const auto found = channels_.find(id);
    if (found == channels_.end()) return;
    Channel& channel = found->second;
    channel.due = std::max(channel.due, event_seq);
    if (channel.is_behind()) repair(id, channel);
}

void ChannelFeed::suspect(ChannelId id) {
    const auto found = channels_.find(id);
    if (found == channels_.end()) return;
    found->second.suspected = true;
    repair(id, found->second);
}

std::vector<ChannelId> ChannelFeed::known() const {
    std::vector<ChannelId> ids;
    ids.reserve(channels_.size());
    for (const auto& [id, channel] : channels_) ids.push_back(id);
    return ids;
}

void ChannelFeed::forget_others(const std::unordered_set<ChannelId>& in_use) {
    const auto noted = std::exchange(noted_, std::nullopt).value_or(std::unordered_set<ChannelId>{});
    std::erase_if(channels_, [&](const auto& entry) {
        const auto& [id, channel] = entry;
        return !in_use.contains(id) && !noted.contains(id) && !channel.repairing && !channel.is_behind();
    });
}

/// What the database told. It comes in order, from where `last` stood when the read began.
void ChannelFeed::pass(ChannelId id, Channel& channel, const chat::ChannelEvent& event) {
    if (event.event_seq != channel.last + 1) return;
    if (const auto* membership = std::get_if<chat::MembershipEvent>(&event.what)) {
        // What waits has changed the rooms already: what came before must not change them back.
        const auto decided = [&](const auto& later) { return later.second.moved == membership->user.id; };
        if (std::ranges::none_of(channel.waiting, decided)) sockets_.move(id, *membership, {}, [] {});
    }
    channel.last = event.event_seq;
    emit(id, event_name(event), encode_event(id, event));
}

void ChannelFeed::flush(ChannelId id, Channel& channel) {
    auto next = channel.waiting.begin();
    while (next != channel.waiting.end() && next->first <= channel.last + 1) {
        if (next->first == channel.last + 1) {
            channel.last = next->first;
            emit(id, next->second.name, next->second.json);
        }
        bytes_held_ -= size_of(next->second.json);
        next = channel.waiting.erase(next);
    }
}

void ChannelFeed::emit(ChannelId id, std::string_view name, std::string_view json) {
    nsp_.to(channel_room(id)).emit(name, socketio::RawJson{json});
}

void ChannelFeed::repair(ChannelId id, Channel& channel) {
    if (std::exchange(channel.repairing, true)) return;
    to_repair_.push_back(id);
    start_repairs();
}

void ChannelFeed::start_repairs() {
    while (repairs_ < limits::kFeedRepairsMax && !to_repair_.empty()) {
        const ChannelId id = to_repair_.front();
        to_repair_.pop_front();
        ++repairs_;
        boost::asio::co_spawn(shard_.io(), catch_up(id), [this, id](const std::exception_ptr& escaped) {
            --repairs_;
            Channel& channel = channels_.at(id);
            channel.repairing = false;
            if (escaped) {
                internal::log_escaped(escaped, {"channel", channel_room(id)});
                give_up(id, channel);
            }
            if (channel.is_behind()) repair(id, channel);
            start_repairs();
        });
    }
}

Task<> ChannelFeed::catch_up(ChannelId id) {
    Channel& channel = channels_.at(id);
    boost::asio::steady_timer pause{shard_.io(), limits::kFeedHold};
    co_await pause.async_wait(boost::asio::use_awaitable);
    for (int failed = 0; channel.is_behind();) {
        const std::int64_t before = channel.last;
        channel.suspected = false;
        ++measures_.feed_reads;
        const auto read = co_await messages_.log_since(id, before);
        if (read) {
            take(id, channel, *read);
        } else {
            channel.suspected = true;
            if (read.error() != chat::Errc::unavailable) co_return give_up(id, channel);
        }
        if (!channel.is_behind()) co_return;
        const bool moved = channel.last > before;
        failed = moved ? 0 : failed + 1;
        if (failed == limits::kFeedRetriesMax) co_return give_up(id, channel);
        pause.expires_after(moved ? std::chrono::milliseconds{limits::kFeedHold}
                                  : std::chrono::milliseconds{limits::kFeedRetryPause});
        co_await pause.async_wait(boost::asio::use_awaitable);
    }
}

void ChannelFeed::take(ChannelId id, Channel& channel, const chat::Events& read) {
    for (const chat::ChannelEvent& event : read.events) pass(id, channel, event);
    // Too much for a broadcast, or no longer there: clients resume by pages.
    if (!read.recovered && read.last_event_seq > channel.last) tell_behind(id, channel, read.last_event_seq);
    flush(id, channel);
}

/// What is up to `event_seq` is not broadcast, and the sockets are told.
void ChannelFeed::tell_behind(ChannelId id, Channel& channel, std::int64_t event_seq) {
    ++measures_.feed_behind;
    log::warn("channel_behind", {{"channel", id.value}}, {{"after", channel.last}, {"until", event_seq}});
    channel.last = event_seq;
    std::string json;
    JsonWriter{json}.begin_object().field("chatChannelId", id).field("lastEventSeq", event_seq).end_object();
    emit(id, "channel_behind", json);
}

void ChannelFeed::give_up(ChannelId id, Channel& channel) {
    channel.suspected = false;
    std::int64_t until = std::max(channel.due, channel.last);
    if (!channel.waiting.empty()) until = std::max(until, channel.waiting.begin()->first - 1);
    if (until > channel.last) tell_behind(id, channel, until);
    flush(id, channel);
}

} // namespace hubbub::gateway
