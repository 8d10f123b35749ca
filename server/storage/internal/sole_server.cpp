#include "storage/internal/sole_server.hpp"

#include "base/limits.hpp"
#include "base/log.hpp"

namespace hubbub::storage::internal {

using postgres::Rows;
using postgres::Statement;

namespace {

// A session that has the lock gets it again.
constexpr Statement kClaim{"server_claim", "SELECT pg_try_advisory_lock(hashtextextended('hubbub serve', 0))"};

constexpr int kRefusalsBelieved = 2; // a server that just ended may have left a connection behind for a moment
constexpr postgres::Lane kLane{0};   // always the same connection

} // namespace

void SoleServer::claim() {
    pool_.query(
        kClaim, {},
        [this](const Result<Rows>& granted) {
            if (granted && granted->front().get<bool>(0)) {
                if (refusals_ >= kRefusalsBelieved) log::info("other_server_gone");
                refusals_ = 0;
            } else if (granted && ++refusals_ == kRefusalsBelieved) {
                log::error("other_server_on_database",
                           {{"hint", "stop one: what is sent, removed or signed out on one of them does not reach the "
                                     "clients of the other"}});
            }
            pool_.after(limits::kClaimPause, [this] { claim(); });
        },
        kLane);
}

} // namespace hubbub::storage::internal
