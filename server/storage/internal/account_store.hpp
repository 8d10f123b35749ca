#pragma once
#include "chat/accounts/store.hpp"
#include "postgres/pool.hpp"

namespace hubbub::storage::internal {

class PgAccountStore final : public chat::AccountStore {
  public:
    explicit PgAccountStore(postgres::Pool& pool) : pool_{pool} {}

    Task<Result<chat::User>> create_user(chat::NewUser user) override;
    Task<Result<chat::Credentials>> find_credentials(std::string username) override;
    Task<Result<chat::User>> find_user(UserId id) override;
    Task<Result<std::vector<chat::PublicUser>>> find_users(std::vector<UserId> ids) override;
    Task<Result<chat::PublicUser>> find_user_by_name(std::string username) override;

  private:
    postgres::Pool& pool_;
};

} // namespace hubbub::storage::internal
