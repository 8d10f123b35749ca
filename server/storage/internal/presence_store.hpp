#pragma once
#include "chat/presence/store.hpp"
#include "postgres/pool.hpp"

namespace hubbub::storage::internal {

class PgPresenceStore final : public chat::PresenceStore {
  public:
    explicit PgPresenceStore(postgres::Pool& pool) : pool_{pool} {}

    void write_presence(const std::vector<chat::PresenceWrite>& writes, Timestamp at,
                        Callback<void(Result<std::vector<chat::PresenceNote>>)> done) override;
    Task<Result<std::vector<chat::LastSeen>>> find_presence(UserId viewer, std::vector<UserId> users) override;
    Task<Result<std::vector<chat::LastSeen>>> find_presence_of_members(ChannelId channel) override;

  private:
    postgres::Pool& pool_;
};

} // namespace hubbub::storage::internal
