#pragma once
#include "chat/auth/store.hpp"
#include "postgres/pool.hpp"

namespace hubbub::storage::internal {

class PgSessionStore final : public chat::SessionStore {
  public:
    explicit PgSessionStore(postgres::Pool& pool) : pool_{pool} {}

    Task<Result<chat::Session>> create_session(chat::NewSession session) override;
    Task<Result<chat::Session>> open_external(chat::ExternalSession session) override;
    Task<Result<chat::Session>> rotate_session(std::string old_hash, std::string new_hash,
                                               Timestamp expires_at) override;
    Task<Result<void>> revoke_session(SessionId session) override;
    Task<Result<void>> revoke_session_of(UserId user, SessionId session) override;
    Task<Result<std::vector<SessionId>>> revoke_others(UserId user, SessionId kept) override;
    Task<Result<std::vector<SessionId>>> change_password(UserId user, SessionId kept, std::string old_hash,
                                                         std::string hash) override;
    Task<Result<chat::Page<chat::OpenSession>>> list_sessions(UserId user, SessionId current,
                                                              chat::PageQuery query) override;
    Task<Result<void>> check_session(SessionId session, UserId user) override;

  private:
    postgres::Pool& pool_;
};

} // namespace hubbub::storage::internal
