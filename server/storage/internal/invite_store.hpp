#pragma once
#include "chat/channels/invite_store.hpp"
#include "postgres/pool.hpp"

namespace hubbub::storage::internal {

class PgInviteStore final : public chat::InviteStore {
  public:
    explicit PgInviteStore(postgres::Pool& pool) : pool_{pool} {}

    Task<Result<chat::Invitation>> create_invite(chat::NewInvite invite, chat::Actor actor) override;
    Task<Result<chat::Addition>> add_or_invite(chat::NewInvite invite, chat::Role role, chat::Actor actor) override;
    Task<Result<chat::Page<chat::Invite>>> list_invites(ChannelId channel, chat::PageQuery query) override;
    Task<Result<std::vector<chat::Invitation>>> list_invitations(UserId user) override;
    Task<Result<std::optional<UserId>>> delete_invite(ChannelId channel, chat::InviteId invite) override;
    Task<Result<ChannelId>> decline_invite(UserId user, chat::InviteId invite) override;
    Task<Result<ChannelId>> find_invite(std::string code) override;
    Task<Result<chat::MembershipChange>> join_by_invite(ChannelId channel, UserId user,
                                                        std::optional<std::string> code) override;

  private:
    postgres::Pool& pool_;
};

} // namespace hubbub::storage::internal
