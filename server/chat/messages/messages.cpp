#include "chat/messages/messages.hpp"

#include "chat/errc.hpp"
#include "chat/messages/rules.hpp"

#include <utility>

namespace hubbub::chat {

std::vector<std::string> Messages::mentions_in(const std::string& content) {
    auto found = find_mentions(content);
    if (found.cut) ++mentions_cut_;
    return std::move(found.names);
}

Task<Result<ChannelEvent>> Messages::edit(EditMessage command) {
    command.mentions = mentions_in(command.content);
    return store_.edit(std::move(command));
}

Task<Result<ChannelEvent>> Messages::remove(DeleteMessage command) {
    return store_.remove(command, may_delete_of_others);
}

Task<Result<History>> Messages::history(ChannelId channel, UserId reader, HistoryQuery query) {
    const auto member = co_await channels_.membership(channel, reader);
    if (!member) co_return member.error();
    query.reader = reader;
    auto page = co_await store_.history(channel, query);
    co_return page;
}

Task<Result<Page<Message>>> Messages::search(SearchQuery query) {
    const bool may = co_await dear_reads_.enter(query.reader);
    if (!may) co_return Errc::rate_limited;
    const DearReads::Place place{dear_reads_, query.reader};
    if (query.channel) {
        const auto member = co_await channels_.membership(*query.channel, query.reader);
        if (!member) co_return member.error();
    }
    auto page = co_await store_.search(std::move(query));
    co_return page;
}

Task<Result<Message>> Messages::find(ChannelId channel, UserId reader, MessageId message) {
    const auto member = co_await channels_.membership(channel, reader);
    if (!member) co_return member.error();
    auto found = co_await store_.find_message(channel, reader, message);
    co_return found;
}

Task<Result<Events>> Messages::events_since(ChannelId channel, UserId reader, std::int64_t event_seq) {
    const bool may = co_await dear_reads_.enter(reader);
    if (!may) co_return Errc::rate_limited;
    const DearReads::Place place{dear_reads_, reader};
    const auto member = co_await channels_.membership(channel, reader);
    if (!member) co_return member.error();
    auto events = co_await store_.events_since(channel, event_seq);
    co_return events;
}

Task<Result<Events>> Messages::log_since(ChannelId channel, std::int64_t event_seq) {
    return store_.log_since(channel, event_seq);
}

} // namespace hubbub::chat
