#pragma once
#include "chat/channels/store.hpp"
#include "postgres/pool.hpp"

namespace hubbub::storage::internal {

class PgChannelStore final : public chat::ChannelStore {
  public:
    explicit PgChannelStore(postgres::Pool& pool) : pool_{pool} {}

    Task<Result<chat::ChannelView>> create_channel(chat::NewChannel channel) override;
    Task<Result<chat::ChannelView>> find_channel(ChannelId channel, UserId viewer,
                                                 chat::PendingOfUser pending) override;
    Task<Result<chat::Page<chat::ChannelState>>> newest_channels(UserId user, std::size_t limit,
                                                                 chat::PendingOfUser pending) override;
    Task<Result<chat::Page<chat::ChannelState>>> list_channels(UserId user, chat::PageQuery query,
                                                               chat::PendingOfUser pending) override;
    Task<Result<chat::Page<chat::BrowsedChannel>>> browse_channels(UserId viewer, std::string text,
                                                                   chat::PageQuery query) override;
    Task<Result<chat::Page<chat::Member>>> list_members(ChannelId channel, chat::PageQuery query) override;
    Task<Result<chat::Member>> find_member(ChannelId channel, UserId user) override;

    // channel_changes.cpp
    Task<Result<chat::MembershipChange>> add_member(ChannelId channel, UserId user, chat::Role role,
                                                    chat::Actor actor) override;
    Task<Result<chat::MembershipChange>> remove_member(ChannelId channel, UserId user, chat::Actor actor) override;
    Task<Result<chat::MembershipChange>> set_role(ChannelId channel, UserId user, chat::Role role,
                                                  chat::Actor actor) override;
    Task<Result<chat::ChannelView>> update_channel(ChannelId channel, chat::Actor actor,
                                                   chat::ChannelChange change) override;
    Task<Result<void>> set_muted(ChannelId channel, UserId user, std::optional<Timestamp> until) override;
    Task<Result<chat::DirectChannel>> open_direct(UserId user, UserId other) override;

  private:
    Task<Result<chat::ChannelView>> find_channel(ChannelId channel, UserId viewer, chat::PendingOfUser pending,
                                                 postgres::Lane lane);

    postgres::Pool& pool_;
};

} // namespace hubbub::storage::internal
