#include "storage/internal/message_rows.hpp"

#include "base/limits.hpp"
#include "storage/internal/errors.hpp"

#include <span>
#include <string>
#include <unordered_map>
#include <utility>

namespace hubbub::storage::internal {

using postgres::Params;
using postgres::Row;
using postgres::Rows;
using postgres::Statement;

namespace {

// A row for each of the first users of each reaction, and for the reader.
constexpr Statement kReactions{"reactions_find", R"(
SELECT "messageId", reaction, "userId", count
FROM (SELECT r."messageId", r.reaction, r."userId", r."createdAt",
             count(*) OVER kind AS count, min(r."createdAt") OVER kind AS since,
             row_number() OVER (PARTITION BY r."messageId", r.reaction ORDER BY r."createdAt", r."userId") AS place
      FROM unnest($1::bigint[], $2::timestamptz[]) AS m (id, "createdAt")
      JOIN chat_message_reaction r ON r."messageId" = m.id AND r."messageCreatedAt" = m."createdAt"
      WINDOW kind AS (PARTITION BY r."messageId", r.reaction)) named
WHERE place <= $3 OR "userId" = $4
ORDER BY "messageId", since, reaction, place)"};

Params reactions_query(std::span<const chat::Message> messages, UserId reader) {
    std::vector<MessageId> ids;
    std::vector<Timestamp> times;
    for (const chat::Message& message : messages) {
        ids.push_back(message.id);
        times.push_back(message.created_at);
    }
    return Params::of(ids, times, static_cast<std::int64_t>(limits::kReactionUsersMax), reader);
}

void add_reactions(std::span<chat::Message> messages, const Rows& rows) {
    std::unordered_map<MessageId, chat::Message*> by_id;
    for (chat::Message& message : messages) by_id.emplace(message.id, &message);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row row = rows[i];
        auto& reactions = by_id.at(row.get<MessageId>(0))->reactions;
        const auto reaction = row.get<std::string_view>(1);
        if (reactions.empty() || reactions.back().reaction != reaction)
            reactions.push_back({std::string{reaction}, row.get<std::int64_t>(3), {}});
        reactions.back().user_ids.push_back(row.get<UserId>(2));
    }
}

} // namespace

chat::Message to_message(Row row) {
    chat::Message message;
    message.id = row.get<MessageId>(0);
    message.seq = row.get<std::int64_t>(1);
    message.channel = row.get<ChannelId>(2);
    message.sender = row.get<UserId>(3);
    message.content = row.get<std::string>(4);
    message.created_at = row.get<Timestamp>(5);
    message.edited_at = row.get<std::optional<Timestamp>>(6);
    message.deleted_at = row.get<std::optional<Timestamp>>(7);
    message.client_message_id = row.get<chat::Uuid>(8);
    message.parent = row.get<std::optional<MessageId>>(9);
    if (message.deleted_at) message.content.clear();
    return message;
}

Task<Result<void>> read_reactions(postgres::Pool& pool, UserId reader, std::vector<chat::Message>& messages) {
    if (messages.empty()) co_return Result<void>{};
    auto params = reactions_query(messages, reader);
    const auto rows = co_await pool.query(kReactions, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    add_reactions(messages, *rows);
    co_return Result<void>{};
}

void read_reactions(postgres::Pool& pool, chat::Message message, Callback<void(Result<chat::Message>)> done) {
    auto params = reactions_query({&message, 1}, message.sender);
    auto finish = [message = std::move(message), done = std::move(done)](const Result<Rows>& rows) mutable {
        done(decoded(rows, [&message](const Rows& found) {
            add_reactions({&message, 1}, found);
            return std::move(message);
        }));
    };
    pool.query(kReactions, std::move(params), std::move(finish));
}

} // namespace hubbub::storage::internal
