#include "gateway/receipts.hpp"

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "gateway/internal/completion.hpp"
#include "gateway/json/writer.hpp"
#include "gateway/node.hpp"

#include <string>
#include <utility>

namespace hubbub::gateway {

using chat::MarkWrite;
using chat::ReadState;
using socketio::RawJson;

Receipts::Receipts(Node& node, runtime::Shard& shard, chat::ReceiptStore& store)
    : node_{node},
      shard_{shard},
      store_{store},
      pending_{limits::kReceiptsPendingMax},
      timer_{[](void* self) { static_cast<Receipts*>(self)->flush(); }, this} {}

Receipts& Receipts::home_of(UserId user) {
    return node_.services_of(node_.home(user)).receipts;
}

Task<Result<ReadState>> Receipts::state(ChannelId channel, UserId user) {
    std::vector<MessageId> none;
    MarkWrite nothing;
    return look(channel, user, std::move(none), nothing);
}

Task<Result<ReadState>> Receipts::mark(Kind kind, ChannelId channel, UserId user, std::vector<MessageId> messages) {
    MarkWrite told;
    told.told_read = kind == Kind::read;
    told.told_delivered = kind == Kind::delivered;
    return look(channel, user, std::move(messages), told);
}

Task<Result<ReadState>> Receipts::look(ChannelId channel, UserId user, std::vector<MessageId> messages,
                                       MarkWrite told) {
    auto state =
        co_await internal::on(node_.home(user).io(), home_of(user).look_here(channel, user, std::move(messages), told));
    if (state || state.error() != chat::Errc::not_a_member) co_return state;
    const auto member = co_await node_.services_of(shard_).channels.membership(channel, user);
    if (!member) co_return member.error();
    co_return chat::Errc::not_a_member; // they have come back at this very moment
}

/// What is pending is looked at after the database: whatever is written in between is in one of the two.
Task<Result<ReadState>> Receipts::look_here(ChannelId channel, UserId user, std::vector<MessageId> messages,
                                            MarkWrite told) {
    const bool is_mark = told.told_read || told.told_delivered;
    const chat::Marks before = pending_.find(user, channel);
    const auto found = co_await store_.find_marks(channel, user, std::move(messages));
    if (!found) co_return found.error();
    ReadState state = found->state;
    state.marks = later(later(state.marks, before), pending_.find(user, channel));
    told.channel = channel;
    told.user = user;
    told.told_read = told.told_read && found->latest.seq > state.marks.read.seq;
    told.told_delivered = told.told_delivered && found->latest.seq > state.marks.delivered.seq;
    if (!is_mark) co_return state;
    if (told.told_read || told.told_delivered) {
        told.marks.delivered = found->latest;
        if (told.told_read) told.marks.read = found->latest; // what is read was delivered
        if (!advance(told)) co_return chat::Errc::unavailable;
        state.marks = later(state.marks, told.marks);
    }
    if (const std::uint64_t ticket = pending_.ticket(user, channel)) {
        const bool written = co_await until_written(ticket);
        if (!written) co_return chat::Errc::unavailable;
    }
    co_return state;
}

void Receipts::sent(ChannelId channel, UserId user, chat::Mark message) {
    Receipts& home = home_of(user);
    auto move = [&home, channel, user, message] {
        MarkWrite own;
        own.channel = channel;
        own.user = user;
        own.marks = {message, message};
        home.advance(own);
    };
    if (home.shard_.on_this_thread()) return move();
    home.shard_.post(move);
}

Task<chat::PendingOfUser> Receipts::pending(UserId user) {
    return internal::on(node_.home(user).io(), home_of(user).pending_here(user));
}

Task<chat::PendingOfUser> Receipts::pending_here(UserId user) {
    co_return pending_.of(user);
}

bool Receipts::advance(const MarkWrite& move) {
    if (!pending_.advance(move)) return false;
    write_soon(limits::kReceiptsPause);
    return true;
}

void Receipts::write_soon(std::chrono::milliseconds pause) {
    const auto at = shard_.loop_time() + pause;
    if (writing_ || (timer_.armed() && due_ <= at)) return;
    due_ = at;
    shard_.arm(timer_, pause);
}

Task<bool> Receipts::until_written(std::uint64_t ticket) {
    bool written = false;
    auto start = [&](Callback<void()> done) {
        waiters_.push_back({ticket, &written, std::move(done)});
        write_soon(limits::kReceiptsWaitedPause);
    };
    co_await internal::completion_of(std::move(start));
    co_return written;
}

void Receipts::flush() {
    if (writing_ || !pending_.has_unwritten()) return;
    writing_ = true;
    auto writes = pending_.take(limits::kReceiptsBatchMax);
    auto done = [this, writes](const Result<std::vector<std::size_t>>& places) { on_written(writes, places); };
    store_.write_marks(writes, std::move(done));
}

void Receipts::on_written(const std::vector<MarkWrite>& writes, const Result<std::vector<std::size_t>>& places) {
    writing_ = false;
    const std::uint64_t taken = pending_.taken();
    if (places) {
        pending_.written(writes);
        for (const std::size_t place : *places) tell(writes[place]);
    } else {
        pending_.failed(writes);
    }
    std::erase_if(waiters_, [&](Waiter& waiter) {
        if (waiter.ticket > taken) return false;
        *waiter.written = places.has_value();
        waiter.done();
        return true;
    });
    if (!pending_.has_unwritten()) return;
    if (places && (node_.draining || writes.size() == limits::kReceiptsBatchMax)) return flush();
    write_soon(waiters_.empty() ? limits::kReceiptsPause : limits::kReceiptsWaitedPause);
}

void Receipts::tell(const MarkWrite& write) {
    const auto emit = [&](std::string_view event, std::string_view field, chat::Mark mark) {
        std::string text;
        JsonWriter{text}
            .begin_object()
            .field("chatChannelId", write.channel)
            .field("userId", write.user)
            .field(field, mark.message)
            .field("at", now())
            .end_object();
        node_.nsp.to(channel_room(write.channel)).emit(event, RawJson{text});
    };
    if (write.told_read) emit("messages_read", "lastReadMessageId", write.marks.read);
    if (write.told_delivered) emit("messages_delivered", "lastDeliveredMessageId", write.marks.delivered);
}

} // namespace hubbub::gateway
