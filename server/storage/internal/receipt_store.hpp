#pragma once
#include "chat/receipts/store.hpp"
#include "postgres/pool.hpp"

namespace hubbub::storage::internal {

class PgReceiptStore final : public chat::ReceiptStore {
  public:
    explicit PgReceiptStore(postgres::Pool& pool) : pool_{pool} {}

    Task<Result<Found>> find_marks(ChannelId channel, UserId user, std::vector<MessageId> messages) override;
    Task<Result<chat::Page<chat::Receipt>>> find_receipts(ChannelId channel, MessageId message,
                                                          chat::PageQuery query) override;
    Task<Result<std::optional<std::vector<chat::Position>>>> find_positions(ChannelId channel) override;
    void write_marks(const std::vector<chat::MarkWrite>& writes,
                     Callback<void(Result<std::vector<std::size_t>>)> done) override;

  private:
    postgres::Pool& pool_;
};

} // namespace hubbub::storage::internal
