#pragma once
#include "chat/change_store.hpp"
#include "postgres/pool.hpp"

namespace hubbub::storage::internal {

class PgChangeStore final : public chat::ChangeStore {
  public:
    explicit PgChangeStore(postgres::Pool& pool) : pool_{pool} {}

    Task<Result<Timestamp>> clock() override;
    Task<Result<std::vector<Membership>>> changed_memberships(Membership after, std::size_t limit) override;
    Task<Result<std::vector<EndedSession>>> ended_sessions(EndedSession after, std::size_t limit) override;
    Task<Result<std::vector<SessionId>>> ended_of(UserId user, std::vector<SessionId> sessions) override;
    Task<Result<std::vector<Head>>> heads(std::vector<ChannelId> channels) override;
    Task<Result<std::vector<Head>>> heads_of(UserId user) override;
    Task<Result<Standing>> standing(ChannelId channel, UserId user) override;

  private:
    postgres::Pool& pool_;
};

} // namespace hubbub::storage::internal
