#pragma once
#include "chat/messages/store.hpp"
#include "postgres/pool.hpp"

#include <vector>

namespace hubbub::storage::internal {

/// What is read of a message.
inline constexpr char kMessageColumns[] = R"(
       id, seq, "chatChannelId", "senderId", content, "createdAt", "editedAt", "deletedAt", "clientMessageId",
       "parentMessageId", "eventSeq")";

/// From these columns, at the head of the list. Without reactions.
chat::Message to_message(postgres::Row row);

/// Adds to each of the messages its reactions, the oldest first, as `reader` is told them.
Task<Result<void>> read_reactions(postgres::Pool& pool, UserId reader, std::vector<chat::Message>& messages);
/// The same for one, as its author is told them, without a coroutine.
void read_reactions(postgres::Pool& pool, chat::Message message, Callback<void(Result<chat::Message>)> done);

} // namespace hubbub::storage::internal
