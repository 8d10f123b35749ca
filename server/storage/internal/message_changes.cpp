// Edits, deletions and reactions: each with its event, in one call of a function.
#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "storage/internal/channel_rows.hpp"
#include "storage/internal/errors.hpp"
#include "storage/internal/message_rows.hpp"
#include "storage/internal/message_store.hpp"

#include <string>
#include <utility>

namespace hubbub::storage::internal {

using postgres::Params;
using postgres::Row;
using postgres::Rows;
using postgres::Statement;

namespace {

constexpr Statement kEditMessage{"message_edit", R"(
SELECT outcome, "eventSeq", at, "messageCreatedAt" FROM chat_edit_message($1, $2, $3, $4, $5))"};

constexpr Statement kDeleteMessage{"message_delete", R"(
SELECT outcome, "eventSeq", at, "messageCreatedAt", "actorRole", "channelType" FROM chat_delete_message($1, $2, $3, $4))"};

constexpr Statement kAddReaction{"reaction_add", R"(
SELECT outcome, "eventSeq", at, "messageCreatedAt" FROM chat_add_reaction($1, $2, $3, $4, $5))"};

constexpr Statement kRemoveReaction{"reaction_remove", R"(
SELECT outcome, "eventSeq", at, "messageCreatedAt" FROM chat_remove_reaction($1, $2, $3, $4))"};

// chat_delete_message(), `outcome`
constexpr std::int64_t kOfAnother = 7;

/// Of the functions of db/migrations/0007 and 0008.
Result<void> to_result(const Result<Rows>& rows) {
    if (!rows) return to_chat_error(rows.error());
    switch (rows->front().get<std::int64_t>(0)) {
    case 0: return {};
    case 2: return chat::Errc::channel_not_found;
    case 3: return chat::Errc::not_a_member;
    case 4: return chat::Errc::channel_archived;
    case 5: return chat::Errc::message_not_found;
    case kOfAnother: return chat::Errc::message_not_owner;
    case 8: return chat::Errc::message_deleted;
    case 9: return chat::Errc::too_many_reactions;
    default: return chat::Errc::internal;
    }
}

} // namespace

Task<Result<chat::ChannelEvent>> PgMessageStore::edit(chat::EditMessage command) {
    auto params = Params::of(command.channel, command.actor, command.message, command.content, command.mentions);
    const auto lane = pool_.ordered(command.channel.value);
    const auto rows = co_await pool_.query(kEditMessage, std::move(params), lane);
    const auto result = to_result(rows);
    if (!result) co_return result.error();
    const Row row = rows->front();
    writers_[lane.index]->indexer().note(command.channel);
    chat::MessageEdited edited;
    edited.message = command.message;
    edited.message_created_at = row.get<Timestamp>(3);
    edited.content = std::move(command.content);
    edited.actor = command.actor;
    edited.at = row.get<Timestamp>(2);
    chat::ChannelEvent event;
    event.event_seq = row.get<std::int64_t>(1);
    event.what = std::move(edited);
    co_return event;
}

Task<Result<chat::ChannelEvent>> PgMessageStore::remove(chat::DeleteMessage command, MayDelete of_others) {
    auto params = Params::of(command.channel, command.actor, command.message, false);
    const auto lane = pool_.ordered(command.channel.value);
    auto rows = co_await pool_.query(kDeleteMessage, std::move(params), lane);
    if (rows && rows->front().get<std::int64_t>(0) == kOfAnother) {
        const auto type = to_type(rows->front().get<std::string_view>(5));
        const auto role = to_role(rows->front().get<std::string_view>(4));
        if (!of_others(type, role)) co_return chat::Errc::role_forbidden;
        auto again = Params::of(command.channel, command.actor, command.message, true);
        rows = co_await pool_.query(kDeleteMessage, std::move(again), lane);
    }
    const auto result = to_result(rows);
    if (!result) co_return result.error();
    const Row row = rows->front();
    chat::MessageDeleted deleted;
    deleted.message = command.message;
    deleted.message_created_at = row.get<Timestamp>(3);
    deleted.actor = command.actor;
    deleted.at = row.get<Timestamp>(2);
    chat::ChannelEvent event;
    event.event_seq = row.get<std::int64_t>(1);
    event.what = deleted;
    co_return event;
}

Task<Result<chat::ChannelEvent>> PgMessageStore::react(chat::ChangeReaction command) {
    auto params = Params::of(command.channel, command.actor, command.message, command.reaction);
    if (command.add) params.add(static_cast<std::int64_t>(limits::kReactionKindsMax));
    const Statement& statement = command.add ? kAddReaction : kRemoveReaction;
    const auto lane = pool_.ordered(command.channel.value);
    const auto rows = co_await pool_.query(statement, std::move(params), lane);
    const auto result = to_result(rows);
    if (!result) co_return result.error();
    const Row row = rows->front();
    chat::ReactionChanged changed;
    changed.added = command.add;
    changed.message = command.message;
    changed.message_created_at = row.get<Timestamp>(3);
    changed.user = command.actor;
    changed.reaction = std::move(command.reaction);
    changed.at = row.get<Timestamp>(2);
    chat::ChannelEvent event;
    event.event_seq = row.get<std::int64_t>(1);
    event.what = std::move(changed);
    co_return event;
}

Task<Result<std::vector<chat::Reaction>>> PgMessageStore::reactions_of(MessageId message, Timestamp created_at,
                                                                       UserId reader) {
    std::vector<chat::Message> one(1);
    one.front().id = message;
    one.front().created_at = created_at;
    const auto read = co_await read_reactions(pool_, reader, one);
    if (!read) co_return read.error();
    auto reactions = std::move(one.front().reactions);
    co_return reactions;
}

} // namespace hubbub::storage::internal
