// What is found in messages: by the index, and among those that are not in it yet, new ones and edited ones.
#include "chat/errc.hpp"
#include "storage/internal/errors.hpp"
#include "storage/internal/message_rows.hpp"
#include "storage/internal/message_store.hpp"
#include "storage/internal/paging.hpp"
#include "storage/internal/sql.hpp"

#include <charconv>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

namespace hubbub::storage::internal {

using postgres::Params;
using postgres::Row;
using postgres::Statement;

namespace {

// Channel by channel, so that what others write in theirs costs nothing.
constexpr auto kSearchText = sql("SELECT", kMessageColumns, R"(
FROM (
  SELECT hit."messageId", hit.at
  FROM chat_channel_user_mapping own
  LEFT JOIN chat_search_head h ON h."chatChannelId" = own."chatChannelId"
  CROSS JOIN LATERAL (
    (SELECT s."messageId", s."createdAt" AS at FROM chat_message_search s
     WHERE s."chatChannelId" = own."chatChannelId" AND s.vector @@ (SELECT chat_search_query($2))
       AND (s."createdAt", s."messageId") < ($4, $5)
     ORDER BY s."createdAt" DESC, s."messageId" DESC LIMIT $6)
    UNION ALL
    (SELECT s."messageId", s."createdAt" FROM chat_message_search s
     JOIN chat_message t ON t.id = s."messageId" AND t."createdAt" = s."createdAt"
     WHERE s."chatChannelId" = own."chatChannelId" AND s.vector IS NULL AND t."deletedAt" IS NULL
       AND (s."createdAt", s."messageId") < ($4, $5)
       AND chat_search_vector(t.content) @@ (SELECT chat_search_query($2))
     ORDER BY s."createdAt" DESC, s."messageId" DESC LIMIT $6)
    UNION ALL
    (SELECT t.id, t."createdAt" FROM chat_message t
     WHERE t."chatChannelId" = own."chatChannelId" AND t."createdAt" >= coalesce(h."indexedAt", '-infinity')
       AND (t."createdAt", t.seq) > (coalesce(h."indexedAt", '-infinity'), coalesce(h."indexedSeq", 0))
       AND t."deletedAt" IS NULL AND (t."createdAt", t.id) < ($4, $5)
       AND chat_search_vector(t.content) @@ (SELECT chat_search_query($2))
     ORDER BY t."createdAt" DESC, t.seq DESC LIMIT $6)) hit
  WHERE (SELECT chat_search_query($2)) IS NOT NULL
    AND own."userId" = $1 AND own."leftAt" IS NULL AND ($3 IS NULL OR own."chatChannelId" = $3)
  ORDER BY hit.at DESC, hit."messageId" DESC LIMIT $6) found
JOIN chat_message ON id = "messageId" AND "createdAt" = at AND "deletedAt" IS NULL
ORDER BY "createdAt" DESC, id DESC)");
constexpr Statement kSearchMessages{"message_search", kSearchText.data()};

struct Position {
    Timestamp at{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}};
    std::int64_t id = std::numeric_limits<std::int64_t>::max();
};

std::string to_cursor(Row row) {
    return std::to_string(row.get<Timestamp>(5).time_since_epoch().count()) + ' ' +
           std::to_string(row.get<std::int64_t>(0));
}

Result<Position> to_position(const std::optional<std::string>& cursor) {
    Position position;
    if (!cursor) return position;
    const auto text = decode_cursor(*cursor);
    if (!text) return chat::Errc::bad_format;
    const char* end = text->data() + text->size();
    std::int64_t at = 0;
    const auto first = std::from_chars(text->data(), end, at);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ' ') return chat::Errc::bad_format;
    const auto second = std::from_chars(first.ptr + 1, end, position.id);
    if (second.ec != std::errc{} || second.ptr != end) return chat::Errc::bad_format;
    const Timestamp time{std::chrono::milliseconds{at}};
    if (time > position.at || time < Timestamp{}) return chat::Errc::bad_format;
    position.at = time;
    return position;
}

} // namespace

Task<Result<chat::Page<chat::Message>>> PgMessageStore::search(chat::SearchQuery query) {
    const auto position = to_position(query.page.cursor);
    if (!position) co_return position.error();
    const std::size_t limit = query.page.limit;
    auto params = Params::of(query.reader, query.text, query.channel, position->at, position->id, one_more(limit));
    const auto rows = co_await pool_.query(kSearchMessages, std::move(params), postgres::Lane::dear);
    if (!rows) co_return to_chat_error(rows.error());
    auto page = to_page<chat::Message>(*rows, limit, to_message, to_cursor);
    const auto reactions = co_await read_reactions(pool_, query.reader, page.items);
    if (!reactions) co_return reactions.error();
    co_return page;
}

} // namespace hubbub::storage::internal
