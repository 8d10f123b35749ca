#include "storage/internal/session_store.hpp"

#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "storage/internal/errors.hpp"

#include <chrono>
#include <utility>

namespace hubbub::storage::internal {

using postgres::Bytes;
using postgres::Params;
using postgres::Statement;

namespace {

constexpr Statement kCreate{"session_create", R"(
WITH next AS (SELECT nextval('chat_session_id_seq') AS id)
INSERT INTO chat_session (id, "familyId", "userId", "tokenHash", "expiresAt", "userAgent", ip)
SELECT id, id, $1, $2, $3, $4, $5 FROM next
RETURNING id)"};

constexpr Statement kRotate{"session_rotate", "SELECT outcome, family, owner FROM chat_rotate_session($1, $2, $3, $4)"};

constexpr Statement kRevoke{"session_revoke", R"(
UPDATE chat_session SET "revokedAt" = now() WHERE "familyId" = $1 AND "revokedAt" IS NULL)"};

constexpr Statement kCheck{"session_check", R"(
SELECT 1 FROM chat_session s JOIN chat_user u ON u.id = s."userId"
WHERE s."familyId" = $1 AND s."userId" = $2 AND s."revokedAt" IS NULL AND s."expiresAt" > now() AND u."disabledAt" IS NULL
ORDER BY s.id DESC LIMIT 1)"};

} // namespace

Task<Result<chat::Session>> PgSessionStore::create_session(chat::NewSession session) {
    auto params =
        Params::of(session.user, Bytes{session.token_hash}, session.expires_at, session.user_agent, session.ip);
    const auto rows = co_await pool_.query(kCreate, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    chat::Session created;
    created.id = rows->front().get<SessionId>(0);
    created.user = session.user;
    co_return created;
}

Task<Result<chat::Session>> PgSessionStore::rotate_session(std::string old_hash, std::string new_hash,
                                                           Timestamp expires_at) {
    auto params = Params::of(Bytes{old_hash}, Bytes{new_hash}, expires_at,
                             std::chrono::milliseconds{limits::kRefreshGrace}.count());
    const auto rows = co_await pool_.query(kRotate, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    const auto row = rows->front();
    const auto outcome = row.get<std::int64_t>(0);
    if (outcome == 2) co_return chat::Errc::token_invalid;
    if (outcome == 3) co_return chat::Errc::token_expired;
    if (outcome == 4) co_return chat::Errc::revoked;
    chat::Session session;
    session.id = row.get<SessionId>(1);
    session.user = row.get<UserId>(2);
    session.reused = outcome == 1;
    co_return session;
}

Task<Result<void>> PgSessionStore::revoke_session(SessionId session) {
    auto params = Params::of(session);
    const auto rows = co_await pool_.query(kRevoke, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    co_return Result<void>{};
}

Task<Result<void>> PgSessionStore::check_session(SessionId session, UserId user) {
    auto params = Params::of(session, user);
    const auto rows = co_await pool_.query(kCheck, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::revoked;
    co_return Result<void>{};
}

} // namespace hubbub::storage::internal
