#include "storage/internal/account_store.hpp"

#include "chat/errc.hpp"
#include "storage/internal/errors.hpp"
#include "storage/internal/paging.hpp"

#include <utility>

namespace hubbub::storage::internal {

using postgres::Params;
using postgres::Statement;

namespace {

constexpr Statement kCreateAccount{"user_create", R"(
INSERT INTO chat_user (username, "displayName", "passwordHash", "isAdmin") VALUES ($1, $2, $3, $4)
RETURNING id, username, "displayName", "isAdmin", "createdAt", "disabledAt")"};

constexpr Statement kFindAccount{"user_find", R"(
SELECT id, username, "displayName", "isAdmin", "createdAt", "disabledAt" FROM chat_user WHERE id = $1)"};

constexpr Statement kFindCredentials{"user_find_credentials", R"(
SELECT id, username, "displayName", "isAdmin", "createdAt", "disabledAt", coalesce("passwordHash", '')
FROM chat_user WHERE lower(username) = lower($1))"};

constexpr Statement kFindAccounts{"user_find_many", R"(
SELECT id, username, "displayName" FROM chat_user WHERE id = ANY ($1) ORDER BY id)"};

constexpr Statement kFindAccountByName{"user_find_by_name", R"(
SELECT id, username, "displayName" FROM chat_user WHERE lower(username) = lower($1))"};

// A range and no LIKE: nothing in it is a pattern. Usernames are ASCII, so what begins with $1 is before $1 and a DEL.
constexpr Statement kSearchAccounts{"user_search", R"(
SELECT id, username, "displayName", lower(username) FROM chat_user
WHERE lower(username) COLLATE "C" >= $1 AND lower(username) COLLATE "C" < $2 AND lower(username) COLLATE "C" > $3
  AND "disabledAt" IS NULL
ORDER BY lower(username) COLLATE "C" LIMIT $4)"};

constexpr Statement kSetDisplayName{"user_set_display_name", R"(
UPDATE chat_user SET "displayName" = $2 WHERE id = $1
RETURNING id, username, "displayName", "isAdmin", "createdAt", "disabledAt")"};

chat::User to_user(postgres::Row row) {
    chat::User user;
    user.id = row.get<UserId>(0);
    user.username = row.get<std::string>(1);
    user.display_name = row.get<std::string>(2);
    user.is_admin = row.get<bool>(3);
    user.created_at = row.get<Timestamp>(4);
    user.disabled_at = row.get<std::optional<Timestamp>>(5);
    return user;
}

chat::PublicUser to_public_user(postgres::Row row) {
    chat::PublicUser user;
    user.id = row.get<UserId>(0);
    user.username = row.get<std::string>(1);
    user.display_name = row.get<std::string>(2);
    return user;
}

} // namespace

Task<Result<chat::User>> PgAccountStore::create_user(chat::NewUser user) {
    auto params = Params::of(user.username, user.display_name, user.password_hash, user.is_admin);
    const auto rows = co_await pool_.query(kCreateAccount, std::move(params));
    if (rows) co_return to_user(rows->front());
    if (rows.error() == postgres::kUniqueViolation) co_return chat::Errc::username_taken;
    co_return to_chat_error(rows.error());
}

Task<Result<chat::Credentials>> PgAccountStore::find_credentials(std::string username) {
    auto params = Params::of(username);
    const auto rows = co_await pool_.query(kFindCredentials, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::user_not_found;
    chat::Credentials found;
    found.user = to_user(rows->front());
    found.password_hash = rows->front().get<std::string>(6);
    co_return found;
}

Task<Result<chat::User>> PgAccountStore::find_user(UserId id) {
    auto params = Params::of(id);
    const auto rows = co_await pool_.query(kFindAccount, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::user_not_found;
    co_return to_user(rows->front());
}

Task<Result<std::vector<chat::PublicUser>>> PgAccountStore::find_users(std::vector<UserId> ids) {
    auto params = Params::of(ids);
    const auto rows = co_await pool_.query(kFindAccounts, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    std::vector<chat::PublicUser> users;
    for (std::size_t i = 0; i < rows->size(); ++i) users.push_back(to_public_user((*rows)[i]));
    co_return users;
}

Task<Result<chat::Page<chat::PublicUser>>> PgAccountStore::search_users(std::string prefix, chat::PageQuery query) {
    const auto after = query.cursor ? decode_cursor(*query.cursor) : std::optional{std::string{}};
    if (!after) co_return chat::Errc::bad_format;
    auto params = Params::of(prefix, prefix + '\x7f', *after, one_more(query.limit));
    const auto rows = co_await pool_.query(kSearchAccounts, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    const auto position = [](postgres::Row row) { return row.get<std::string>(3); };
    co_return to_page<chat::PublicUser>(*rows, query.limit, to_public_user, position);
}

Task<Result<chat::User>> PgAccountStore::set_display_name(UserId id, std::string display_name) {
    auto params = Params::of(id, display_name);
    const auto rows = co_await pool_.query(kSetDisplayName, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::user_not_found;
    co_return to_user(rows->front());
}

Task<Result<chat::PublicUser>> PgAccountStore::find_user_by_name(std::string username) {
    auto params = Params::of(username);
    const auto rows = co_await pool_.query(kFindAccountByName, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::user_not_found;
    co_return to_public_user(rows->front());
}

} // namespace hubbub::storage::internal
