#include "gateway/channel_feed.hpp"

#include "base/log.hpp"
#include "gateway/internal/completion.hpp"
#include "gateway/json/encode.hpp"
#include "gateway/node.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <utility>

namespace hubbub::gateway {
namespace {

constexpr std::chrono::seconds kRetryPause{1};
constexpr int kReadsMax = 60; // then the clients find the gap by themselves, and resume

} // namespace

void ChannelFeed::publish(ChannelId id, std::int64_t event_seq, std::string_view event, std::string json) {
    Channel& channel = channels_[id];
    // Whoever is connected learned the head when it connected: what was before our first event is no gap.
    if (channel.last == 0) channel.last = event_seq - 1;
    if (event_seq <= channel.last) return;
    if (event_seq == channel.last + 1 && channel.waiting.empty()) {
        channel.last = event_seq;
        return emit(id, {event, std::move(json)});
    }
    channel.waiting.try_emplace(event_seq, Event{event, std::move(json)});
    flush(id, channel);
    if (!channel.waiting.empty()) read_missing(id, channel);
}

std::int64_t ChannelFeed::published(ChannelId id) const {
    const auto channel = channels_.find(id);
    return channel == channels_.end() ? 0 : channel->second.last;
}

void ChannelFeed::notice(ChannelId id, std::int64_t event_seq) {
    Channel& channel = channels_[id];
    if (channel.last == 0) channel.last = event_seq;
    if (event_seq > channel.last) read_missing(id, channel);
}

void ChannelFeed::suspect(ChannelId id) {
    if (const auto channel = channels_.find(id); channel != channels_.end()) read_missing(id, channel->second);
}

void ChannelFeed::flush(ChannelId id, Channel& channel) {
    auto next = channel.waiting.begin();
    while (next != channel.waiting.end() && next->first <= channel.last + 1) {
        if (next->first == channel.last + 1) {
            channel.last = next->first;
            emit(id, next->second);
        }
        next = channel.waiting.erase(next);
    }
}

void ChannelFeed::emit(ChannelId id, const Event& event) {
    nsp_.to(channel_room(id)).emit(event.name, socketio::RawJson{event.json});
}

void ChannelFeed::read_missing(ChannelId id, Channel& channel) {
    if (std::exchange(channel.reading, true)) return;
    boost::asio::co_spawn(shard_.io(), catch_up(id, channel), [id, &channel](const std::exception_ptr& escaped) {
        channel.reading = false;
        if (escaped) internal::log_escaped(escaped, {"channel", channel_room(id)});
    });
}

Task<> ChannelFeed::catch_up(ChannelId id, Channel& channel) {
    boost::asio::steady_timer pause{shard_.io()};
    for (int reads = 0; reads < kReadsMax; ++reads) {
        const bool caught_up = co_await read_once(id, channel);
        if (caught_up) co_return;
        pause.expires_after(kRetryPause);
        co_await pause.async_wait(boost::asio::use_awaitable);
    }
    log::error("channel_feed_gap", {{"channel", id.value}, {"after", channel.last}});
    if (channel.waiting.empty()) co_return;
    channel.last = channel.waiting.begin()->first - 1;
    flush(id, channel);
}

/// Whether nothing is missing any more.
Task<bool> ChannelFeed::read_once(ChannelId id, Channel& channel) {
    const auto read = co_await messages_.log_since(id, channel.last);
    if (!read) co_return false;
    for (const chat::ChannelEvent& event : read->events)
        channel.waiting.try_emplace(event.event_seq, Event{event_name(event), encode_event(id, event)});
    if (!read->recovered) channel.last = read->last_event_seq; // too much for a broadcast: clients resume by pages
    flush(id, channel);
    co_return channel.waiting.empty();
}

} // namespace hubbub::gateway
