#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "chat/page.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::chat {

struct PublicUser {
    UserId id;
    std::string username;
    std::string display_name;
};

struct User {
    UserId id;
    std::string username;
    std::string display_name;
    bool is_admin = false;
    Timestamp created_at;
    std::optional<Timestamp> disabled_at;
};

struct NewUser {
    std::string username; ///< as written; unique ignoring case
    std::string display_name;
    std::string password_hash; ///< argon2id, libsodium's string form
    bool is_admin = false;
};

struct Credentials {
    User user;
    std::string password_hash; ///< empty for external identities
};

/// Where accounts are kept. Every function may also fail with `Errc::unavailable`.
class AccountStore {
  public:
    virtual ~AccountStore() = default;
    /// Errors: `username_taken`.
    virtual Task<Result<User>> create_user(NewUser user) = 0;
    /// Errors: `user_not_found`.
    virtual Task<Result<Credentials>> find_credentials(std::string username) = 0;
    /// Errors: `user_not_found`.
    virtual Task<Result<User>> find_user(UserId id) = 0;
    /// Unknown ids are left out.
    virtual Task<Result<std::vector<PublicUser>>> find_users(std::vector<UserId> ids) = 0;
    /// Whose username begins with `prefix` (lower case), by username; not those who are disabled.
    virtual Task<Result<Page<PublicUser>>> search_users(std::string prefix, PageQuery query) = 0;
    /// Errors: `user_not_found`.
    virtual Task<Result<User>> set_display_name(UserId id, std::string display_name) = 0;
    /// Ignoring case. Errors: `user_not_found`.
    virtual Task<Result<PublicUser>> find_user_by_name(std::string username) = 0;
};

} // namespace hubbub::chat
