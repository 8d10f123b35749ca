#include "storage/internal/housekeeper.hpp"

#include <utility>

namespace hubbub::storage::internal {

using namespace std::chrono_literals;

using postgres::Rows;
using postgres::Statement;

namespace {

constexpr Statement kHousekeeping{"housekeeping", "SELECT chat_housekeeping()"};

constexpr auto kStepPause = 100ms; // a step holds its connection for less

} // namespace

void Housekeeper::start(std::chrono::milliseconds pause) {
    pause_ = pause;
    pool_.after(kStepPause, [this] { step(); });
}

void Housekeeper::step() {
    auto go_on = [this](const Result<Rows>& more) { // the pool logs what the database refuses
        const std::chrono::milliseconds pause = more && more->front().get<bool>(0) ? kStepPause : pause_;
        pool_.after(pause, [this] { step(); });
    };
    pool_.query(kHousekeeping, {}, std::move(go_on), postgres::Lane::dear);
}

} // namespace hubbub::storage::internal
