#include "storage/storage.hpp"

#include "base/limits.hpp"
#include "storage/internal/account_store.hpp"
#include "storage/internal/change_store.hpp"
#include "storage/internal/channel_store.hpp"
#include "storage/internal/housekeeper.hpp"
#include "storage/internal/invite_store.hpp"
#include "storage/internal/message_store.hpp"
#include "storage/internal/presence_store.hpp"
#include "storage/internal/receipt_store.hpp"
#include "storage/internal/session_store.hpp"
#include "storage/internal/sole_server.hpp"

#include <chrono>
#include <utility>

namespace hubbub::storage {

postgres::PoolOptions pool_options(std::string conninfo, std::size_t connections, std::size_t message_months) {
    const auto timeout = std::chrono::milliseconds{limits::kDatabaseAnswerTimeout}.count();
    // Plans are made once, when a table or a new month's partition may still be empty: what looks cheapest then is a
    // sequential scan or the wrong index for ever. Every statement here has an index meant for it.
    return {std::move(conninfo),
            connections,
            {"enable_seqscan=off", "plan_cache_mode=force_generic_plan", "jit=off",
             "statement_timeout=" + std::to_string(timeout),
             "hubbub.message_months=" + std::to_string(message_months)}};
}

struct Storage::Impl {
    explicit Impl(postgres::Pool& pool)
        : accounts{pool},
          sessions{pool},
          channels{pool},
          invites{pool},
          messages{pool},
          receipts{pool},
          presence{pool},
          changes{pool},
          housekeeper{pool},
          sole_server{pool} {}

    internal::PgAccountStore accounts;
    internal::PgSessionStore sessions;
    internal::PgChannelStore channels;
    internal::PgInviteStore invites;
    internal::PgMessageStore messages;
    internal::PgReceiptStore receipts;
    internal::PgPresenceStore presence;
    internal::PgChangeStore changes;
    internal::Housekeeper housekeeper;
    internal::SoleServer sole_server;
};

Storage::Storage(postgres::Pool& pool) : impl_{std::make_unique<Impl>(pool)} {}

Storage::~Storage() = default;

void Storage::keep_house(std::chrono::milliseconds pause) {
    impl_->housekeeper.start(pause);
}

void Storage::claim_database() {
    impl_->sole_server.start();
}

Histogram Storage::batch_sizes() const {
    return impl_->messages.batch_sizes();
}

std::uint64_t Storage::search_skipped() const {
    return impl_->messages.search_skipped();
}

chat::Stores Storage::stores() {
    return {impl_->accounts, impl_->sessions, impl_->channels, impl_->invites,
            impl_->messages, impl_->receipts, impl_->presence, impl_->changes};
}

} // namespace hubbub::storage
