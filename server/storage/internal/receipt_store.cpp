#include "storage/internal/receipt_store.hpp"

#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "storage/internal/errors.hpp"
#include "storage/internal/paging.hpp"

#include <utility>

namespace hubbub::storage::internal {

using postgres::Params;
using postgres::Row;
using postgres::Rows;
using postgres::Statement;

namespace {

constexpr Statement kFindReceipt{"marks_find", R"(
SELECT h."lastSeq", m."lastReadMessageId", m."lastReadSeq", m."lastDeliveredMessageId", m."lastDeliveredSeq",
       latest.id, latest.seq, latest.count
FROM chat_channel_user_mapping m
JOIN chat_channel_head h ON h."chatChannelId" = m."chatChannelId"
CROSS JOIN LATERAL (SELECT max(id) AS id, max(seq) AS seq, count(*) AS count FROM chat_message
                    WHERE id = ANY ($3) AND "chatChannelId" + 0 = $1) latest
WHERE m."chatChannelId" = $1 AND m."userId" = $2 AND m."leftAt" IS NULL)"};

// Who came later has its mark behind the message without having got it.
constexpr Statement kReceipts{"receipts_find", R"(
SELECT u.id, u.username, u."displayName", m."lastReadSeq" >= p.seq, s."deliveredAt", s."readAt"
FROM chat_message p
JOIN chat_channel_user_mapping m
  ON m."chatChannelId" = $1 AND m."leftAt" IS NULL AND m."lastDeliveredSeq" >= p.seq AND m."joinedAt" <= p."createdAt"
JOIN chat_user u ON u.id = m."userId"
LEFT JOIN chat_message_status s
  ON s."messageId" = p.id AND s."messageCreatedAt" = p."createdAt" AND s."userId" = m."userId"
WHERE p.id = $2 AND p."chatChannelId" + 0 = $1 AND m."userId" <> p."senderId" AND m."userId" > $3
ORDER BY m."userId" LIMIT $4)"};

constexpr Statement kPositions{"marks_positions", R"(
SELECT "userId", "lastReadMessageId", "lastDeliveredMessageId" FROM chat_channel_user_mapping
WHERE "chatChannelId" = $1 AND "leftAt" IS NULL LIMIT $2)"};

constexpr Statement kWriteReceipt{"marks_write", R"(
SELECT place FROM chat_write_marks($1, $2, $3, $4, $5, $6, $7, $8, $9))"};

chat::Mark to_mark(Row row, int column) {
    return {row.get<std::optional<MessageId>>(column).value_or(MessageId{}),
            row.get<std::optional<std::int64_t>>(column + 1).value_or(0)};
}

chat::Receipt to_receipt(Row row) {
    chat::Receipt receipt;
    receipt.user.id = row.get<UserId>(0);
    receipt.user.username = row.get<std::string>(1);
    receipt.user.display_name = row.get<std::string>(2);
    receipt.read = row.get<bool>(3);
    receipt.delivered_at = row.get<std::optional<Timestamp>>(4);
    receipt.read_at = row.get<std::optional<Timestamp>>(5);
    return receipt;
}

} // namespace

Task<Result<chat::ReceiptStore::Found>> PgReceiptStore::find_marks(ChannelId channel, UserId user,
                                                                   std::vector<MessageId> messages) {
    auto params = Params::of(channel, user, messages);
    const auto rows = co_await pool_.query(kFindReceipt, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::not_a_member;
    const Row row = rows->front();
    if (row.get<std::int64_t>(7) != static_cast<std::int64_t>(messages.size())) co_return chat::Errc::message_not_found;
    Found found;
    found.state.last_seq = row.get<std::int64_t>(0);
    found.state.marks.read = to_mark(row, 1);
    found.state.marks.delivered = to_mark(row, 3);
    found.latest = to_mark(row, 5);
    co_return found;
}

Task<Result<chat::Page<chat::Receipt>>> PgReceiptStore::find_receipts(ChannelId channel, MessageId message,
                                                                      chat::PageQuery query) {
    const auto after = id_of(query.cursor);
    if (!after) co_return after.error();
    auto params = Params::of(channel, message, *after, one_more(query.limit));
    const auto rows = co_await pool_.query(kReceipts, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    co_return to_page<chat::Receipt>(*rows, query.limit, to_receipt, first_id);
}

Task<Result<std::optional<std::vector<chat::Position>>>> PgReceiptStore::find_positions(ChannelId channel) {
    auto params = Params::of(channel, static_cast<std::int64_t>(limits::kReceiptsMembersMax + 1));
    const auto rows = co_await pool_.query(kPositions, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    std::optional<std::vector<chat::Position>> positions;
    if (rows->size() > limits::kReceiptsMembersMax) co_return positions;
    positions.emplace();
    for (std::size_t i = 0; i < rows->size(); ++i) {
        const Row row = (*rows)[i];
        positions->push_back(
            {row.get<UserId>(0), row.get<std::optional<MessageId>>(1), row.get<std::optional<MessageId>>(2)});
    }
    co_return positions;
}

void PgReceiptStore::write_marks(const std::vector<chat::MarkWrite>& writes,
                                 Callback<void(Result<std::vector<std::size_t>>)> done) {
    std::vector<ChannelId> channels;
    std::vector<UserId> users;
    std::vector<MessageId> reads;
    std::vector<std::int64_t> read_seqs;
    std::vector<MessageId> delivereds;
    std::vector<std::int64_t> delivered_seqs;
    std::vector<bool> told_reads;
    std::vector<bool> told_delivereds;
    for (const chat::MarkWrite& write : writes) {
        channels.push_back(write.channel);
        users.push_back(write.user);
        reads.push_back(write.marks.read.message);
        read_seqs.push_back(write.marks.read.seq);
        delivereds.push_back(write.marks.delivered.message);
        delivered_seqs.push_back(write.marks.delivered.seq);
        told_reads.push_back(write.told_read);
        told_delivereds.push_back(write.told_delivered);
    }
    auto params = Params::of(channels, users, reads, read_seqs, delivereds, delivered_seqs, told_reads, told_delivereds,
                             static_cast<std::int64_t>(limits::kReceiptsMembersMax));
    pool_.query(kWriteReceipt, std::move(params), [done = std::move(done)](const Result<Rows>& rows) mutable {
        done(decoded(rows, [](const Rows& told) {
            std::vector<std::size_t> places;
            for (std::size_t i = 0; i < told.size(); ++i)
                places.push_back(static_cast<std::size_t>(told[i].get<std::int64_t>(0) - 1));
            return places;
        }));
    });
}

} // namespace hubbub::storage::internal
