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
    Task<Result<chat::Page<chat::PublicUser>>> search_users(std::string prefix, chat::PageQuery query) override;
    Task<Result<chat::User>> set_display_name(UserId id, std::string display_name) override;
    Task<Result<chat::PublicUser>> find_user_by_name(std::string username) override;

  private:
    postgres::Pool& pool_;
};

} // namespace hubbub::storage::internal
