#include "storage/internal/account_store.hpp"

#include "chat/errc.hpp"
#include "storage/internal/errors.hpp"

#include <utility>

namespace hubbub::storage::internal {

using postgres::Params;
using postgres::Statement;

namespace {

constexpr Statement kCreate{"user_create", R"(
INSERT INTO chat_user (username, "displayName", "passwordHash", "isAdmin") VALUES ($1, $2, $3, $4)
RETURNING id, username, "displayName", "isAdmin", "createdAt", "disabledAt")"};

constexpr Statement kFind{"user_find", R"(
SELECT id, username, "displayName", "isAdmin", "createdAt", "disabledAt" FROM chat_user WHERE id = $1)"};

constexpr Statement kFindCredentials{"user_find_credentials", R"(
SELECT id, username, "displayName", "isAdmin", "createdAt", "disabledAt", coalesce("passwordHash", '')
FROM chat_user WHERE lower(username) = lower($1))"};

constexpr Statement kFindMany{"user_find_many", R"(
SELECT id, username, "displayName" FROM chat_user WHERE id = ANY ($1) ORDER BY id)"};

constexpr Statement kFindByName{"user_find_by_name", R"(
SELECT id, username, "displayName" FROM chat_user WHERE lower(username) = lower($1))"};

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
    const auto rows = co_await pool_.query(kCreate, std::move(params));
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
    const auto rows = co_await pool_.query(kFind, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::user_not_found;
    co_return to_user(rows->front());
}

Task<Result<std::vector<chat::PublicUser>>> PgAccountStore::find_users(std::vector<UserId> ids) {
    auto params = Params::of(ids);
    const auto rows = co_await pool_.query(kFindMany, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    std::vector<chat::PublicUser> users;
    for (std::size_t i = 0; i < rows->size(); ++i) users.push_back(to_public_user((*rows)[i]));
    co_return users;
}

Task<Result<chat::PublicUser>> PgAccountStore::find_user_by_name(std::string username) {
    auto params = Params::of(username);
    const auto rows = co_await pool_.query(kFindByName, std::move(params));
    if (!rows) co_return to_chat_error(rows.error());
    if (rows->empty()) co_return chat::Errc::user_not_found;
    co_return to_public_user(rows->front());
}

} // namespace hubbub::storage::internal
