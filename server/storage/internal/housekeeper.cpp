#include "storage/internal/housekeeper.hpp"

#include "base/limits.hpp"

#include <utility>

namespace hubbub::storage::internal {

using postgres::Rows;
using postgres::Statement;

namespace {

constexpr Statement kHousekeeping{"housekeeping", "SELECT chat_housekeeping()"};

} // namespace

void Housekeeper::start(std::chrono::milliseconds pause) {
    pause_ = pause;
    pool_.after(limits::kHousekeepingStepPause, [this] { step(); });
}

void Housekeeper::step() {
    auto go_on = [this](const Result<Rows>& more) { // the pool logs what the database refuses
        const std::chrono::milliseconds pause =
            more && more->front().get<bool>(0) ? limits::kHousekeepingStepPause : pause_;
        pool_.after(pause, [this] { step(); });
    };
    pool_.query(kHousekeeping, {}, std::move(go_on), postgres::Lane::dear);
}

} // namespace hubbub::storage::internal
