#pragma once
#include "chat/channels/store.hpp"
#include "postgres/pool.hpp"

namespace hubbub::storage::internal {

class PgChannelStore final : public chat::ChannelStore {
  public:
    explicit PgChannelStore(postgres::Pool& pool) : pool_{pool} {}

    Task<Result<chat::ChannelView>> create_channel(chat::NewChannel channel) override;
    Task<Result<chat::ChannelView>> find_channel(ChannelId channel, UserId viewer) override;
    Task<Result<std::vector<chat::ChannelState>>> channels_of(UserId user) override;
    Task<Result<chat::Page<chat::ChannelState>>> list_channels(UserId user, chat::PageQuery query) override;
    Task<Result<chat::Page<chat::BrowsedChannel>>> browse_channels(UserId viewer, std::string text,
                                                                   chat::PageQuery query) override;
    Task<Result<chat::Page<chat::Member>>> list_members(ChannelId channel, chat::PageQuery query) override;
    Task<Result<chat::Member>> find_member(ChannelId channel, UserId user) override;
    Task<Result<chat::MembershipChange>> add_member(ChannelId channel, UserId user, chat::Role role,
                                                    UserId actor) override;
    Task<Result<chat::MembershipChange>> remove_member(ChannelId channel, UserId user, UserId actor) override;

  private:
    postgres::Pool& pool_;
};

} // namespace hubbub::storage::internal
