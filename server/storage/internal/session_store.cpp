#include "storage/internal/session_store.hpp"

#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "storage/internal/errors.hpp"
#include "storage/internal/paging.hpp"

#include <chrono>
#include <utility>

namespace hubbub::storage::internal {

using postgres::Bytes;
using postgres::Params;
using postgres::Statement;

namespace {

constexpr Statement kCreateSession{"session_create", "SELECT * FROM chat_open_session($1, $2, $3, $4, $5, $6)"};

constexpr Statement kOpenExternal{"session_open_external",
                                  "SELECT family, owner FROM chat_open_external($1, $2, $3, $4, $5, $6, $7)"};

constexpr Statement kRotate{"session_rotate", "SELECT outcome, family, owner FROM chat_rotate_session($1, $2, $3, $4)"};

constexpr Statement kRevoke{"session_revoke", R"(
SELECT e.family
FROM (SELECT "userId" FROM chat_session WHERE "familyId" = $1 LIMIT 1) s, chat_end_sessions(s."userId", $1, NULL) e)"};

constexpr Statement kRevokeOf{"session_revoke_of", "SELECT family FROM chat_end_sessions($1, $2, NULL) WHERE stood"};

constexpr Statement kRevokeOthers{"session_revoke_others", "SELECT family FROM chat_end_sessions($1, NULL, $2)"};

constexpr Statement kChangePassword{"session_change_password", "SELECT * FROM chat_change_password($1, $2, $3, $4)"};

// The latest token of each family.
constexpr Statement kListSessions{"session_list", R"(
SELECT s."familyId", s."userAgent", s.ip, s."startedAt", s."issuedAt", s."expiresAt", s."familyId" = $2
FROM chat_session s
WHERE s."userId" = $1 AND s."familyId" > $3 AND s."revokedAt" IS NULL AND s."expiresAt" > now()
  AND NOT EXISTS (SELECT FROM chat_session n WHERE n."familyId" = s."familyId" AND n.id > s.id)
ORDER BY s."familyId" LIMIT $4)"};

constexpr Statement kCheck{"session_check", R"(
SELECT 1 FROM chat_session s JOIN chat_user u ON u.id = s."userId"
WHERE s."familyId" = $1 AND s."userId" = $2 AND s."revokedAt" IS NULL AND s."expiresAt" > now() AND u."disabledAt" IS NULL
ORDER BY s.id DESC LIMIT 1)"};

Result<std::vector<SessionId>> to_ids(const Result<postgres::Rows>& rows) {
    if (!rows) return to_chat_error(rows.error());
    std::vector<SessionId> ids;
    for (std::size_t i = 0; i < rows->size(); ++i)
        if (!(*rows)[i].is_null(0)) ids.push_back((*rows)[i].get<SessionId>(0));
    return ids;
}

chat::OpenSession to_open_session(postgres::Row row) {
    chat::OpenSession session;
    session.id = row.get<SessionId>(0);
    session.user_agent = row.get<std::string>(1);
    session.ip = row.get<std::string>(2);
    session.issued_at = row.get<Timestamp>(3);
    session.last_used_at = row.get<Timestamp>(4);
    session.expires_at = row.get<Timestamp>(5);
    session.current = row.get<bool>(6);
    return session;
}

} // namespace

Task<Result<chat::Session>> PgSessionStore::create_session(chat::NewSession session) {
    auto params = Params::of(session.user, session.password_hash, Bytes{session.token_hash}, session.expires_at,
                             session.user_agent, session.ip);
    const auto rows = co_await pool_.query(kCreateSession, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::bad_credentials;
    chat::Session created;
    created.id = rows->front().get<SessionId>(0);
    created.user = session.user;
    co_return created;
}

Task<Result<chat::Session>> PgSessionStore::open_external(chat::ExternalSession session) {
    auto params = Params::of(session.subject, session.username, session.display_name, Bytes{session.token_hash},
                             session.expires_at, session.user_agent, session.ip);
    const auto rows = co_await pool_.query(kOpenExternal, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    chat::Session opened;
    opened.id = rows->front().get<SessionId>(0);
    opened.user = rows->front().get<UserId>(1);
    co_return opened;
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

Task<Result<void>> PgSessionStore::revoke_session_of(UserId user, SessionId session) {
    auto params = Params::of(user, session);
    const auto rows = co_await pool_.query(kRevokeOf, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::session_not_found;
    co_return Result<void>{};
}

Task<Result<std::vector<SessionId>>> PgSessionStore::revoke_others(UserId user, SessionId kept) {
    auto params = Params::of(user, kept);
    const auto rows = co_await pool_.query(kRevokeOthers, std::move(params));
    co_return to_ids(rows);
}

Task<Result<std::vector<SessionId>>> PgSessionStore::change_password(UserId user, SessionId kept, std::string old_hash,
                                                                     std::string hash) {
    auto params = Params::of(user, kept, hash, old_hash);
    const auto rows = co_await pool_.query(kChangePassword, std::move(params));
    if (rows && rows->empty()) co_return chat::Errc::bad_credentials;
    co_return to_ids(rows);
}

Task<Result<chat::Page<chat::OpenSession>>> PgSessionStore::list_sessions(UserId user, SessionId current,
                                                                          chat::PageQuery query) {
    const auto after = id_of(query.cursor);
    if (!after) co_return after.error();
    auto params = Params::of(user, current, *after, one_more(query.limit));
    const auto rows = co_await pool_.query(kListSessions, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    co_return to_page<chat::OpenSession>(*rows, query.limit, to_open_session, first_id);
}

Task<Result<void>> PgSessionStore::check_session(SessionId session, UserId user) {
    auto params = Params::of(session, user);
    const auto rows = co_await pool_.query(kCheck, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::revoked;
    co_return Result<void>{};
}

} // namespace hubbub::storage::internal
