#include "postgres/pool.hpp"

#include "base/limits.hpp"
#include "base/log.hpp"
#include "postgres/internal/link.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <random>
#include <tuple>
#include <utility>
#include <vector>

namespace hubbub::postgres {

namespace {

using SteadyClock = std::chrono::steady_clock;

} // namespace

class Pool::Impl {
  public:
    Impl(runtime::Shard& shard, const PoolOptions& options)
        : shard_{shard}, target_{options.conninfo, options.settings} {
        for (std::size_t i = 0; i < std::max<std::size_t>(options.connections, 1); ++i) {
            slots_.push_back(std::make_unique<Slot>(*this));
        }
        for (auto& slot : slots_) slot->connect();
    }

    void query(const Statement& statement, Params params, Done done, Lane lane) {
        internal::Query query{&statement, std::move(params), std::move(done), lane.index == Lane::dear.index};
        // Of each connection: after a restart every socket of a shard waits for one, and none is to be refused.
        if (waiting() >= limits::kDatabaseQueueMax * slots_.size()) return refuse(std::move(query), Errc::overloaded);
        Slot* slot = pick(lane);
        if (slot == nullptr) return refuse(std::move(query), Errc::unavailable);
        if (query.dear && slot->dear >= limits::kDatabaseQueueMax) return refuse(std::move(query), Errc::overloaded);
        if (query.dear) ++slot->dear;
        slot->link->submit(std::move(query));
    }

    void after(std::chrono::milliseconds delay, Callback<void()> work) {
        auto timer = std::make_shared<boost::asio::steady_timer>(shard_.io(), delay);
        timer->async_wait([timer, work = std::move(work)](const boost::system::error_code& error) mutable {
            if (!error) work();
        });
    }

    void post(Callback<void()> work) {
        boost::asio::post(shard_.io(), [work = std::move(work)]() mutable { work(); });
    }

    std::size_t ordered_lanes() const { return std::max<std::size_t>(slots_.size() / 2, 1); }

    bool available() const {
        return std::any_of(slots_.begin(), slots_.end(), [](const auto& slot) { return slot->ready(); });
    }

    Stats stats() const {
        Stats stats = stats_;
        stats.connections = slots_.size();
        stats.waiting = waiting();
        stats.ready = static_cast<std::size_t>(std::ranges::count_if(slots_, [](const auto& s) { return s->ready(); }));
        return stats;
    }

  private:
    /// The place of one connection: a link, or the pause before the next attempt.
    struct Slot final : internal::Link::Owner {
        explicit Slot(Impl& owner)
            : pool{owner}, retry{[](void* self) { static_cast<Slot*>(self)->connect(); }, this} {}

        void connect() { link = internal::Link::open(pool.shard_, pool.target_, *this, backend); }
        bool ready() const { return link && link->ready(); }
        /// During a reconnect nothing waits: the server was away a moment ago.
        bool accepts() const { return ready() || (link && first_attempt); }

        void on_answered(const internal::Query& query, bool failed) override {
            pool.stats_.seconds.record(SteadyClock::now() - query.asked);
            if (failed) ++pool.stats_.failed;
            if (query.dear) --dear;
        }
        void on_ready(internal::Link& made) override {
            first_attempt = false;
            failures = 0;
            backend = made.backend();
            was_ready = true;
            answer_given_up();
            pool.note_ready();
        }
        void on_lost(internal::Link&, const std::string& reason, std::deque<internal::Query> unanswered) override {
            first_attempt = false;
            ++pool.stats_.lost;
            link.reset();
            answer_given_up();
            given_up = std::move(unanswered);
            pool.note_lost(reason);
            // At once, because whoever is told that there is no answer may ask for the opposite on another connection:
            // the statement must have come to its end by then. If that cannot be known now, this one stays down.
            if (std::exchange(was_ready, false)) return connect();
            answer_given_up();
            const bool probes = this == pool.slots_.front().get();
            pool.shard_.arm(retry,
                            pool.pause(failures++, probes ? limits::kDatabaseProbePause : limits::kDatabaseRetryMax));
        }
        void answer_given_up() {
            for (internal::Query& query : std::exchange(given_up, {})) {
                on_answered(query, true);
                boost::asio::post(pool.shard_.io(),
                                  [done = std::move(query.done)]() mutable { done(Errc::unavailable); });
            }
        }

        Impl& pool;
        std::shared_ptr<internal::Link> link;
        std::optional<internal::Backend> backend; ///< of the last link that was ready: ended before the next one is
        std::deque<internal::Query> given_up;     ///< what that one left, until it is known or not to be known
        bool was_ready = false;                   ///< of the present link, or of the one that is lost just now
        std::size_t dear = 0;                     ///< of what waits here
        bool first_attempt = true;
        int failures = 0;
        runtime::Timer retry;
    };

    std::size_t waiting() const {
        std::size_t sum = 0;
        for (const auto& slot : slots_) sum += slot->given_up.size() + (slot->link ? slot->link->load() : 0);
        return sum;
    }

    Slot* pick(Lane lane) {
        if (lane.index != Lane::any.index) {
            Slot* slot = lane.index == Lane::dear.index ? slots_.back().get() : slots_.at(lane.index).get();
            return slot->accepts() ? slot : nullptr;
        }
        Slot* best = nullptr;
        for (std::size_t i = slots_.size() == 1 ? 0 : ordered_lanes(); i < slots_.size(); ++i) {
            Slot* slot = slots_[i].get();
            if (!slot->accepts()) continue;
            // Among equals a connection that is up beats one that is not yet.
            const auto rank = [](const Slot* s) { return std::tuple{s->dear > 0, s->link->load(), !s->ready()}; };
            if (best == nullptr || rank(slot) < rank(best)) best = slot;
        }
        return best;
    }

    void refuse(internal::Query query, Errc reason) {
        ++stats_.refused;
        boost::asio::post(shard_.io(), [done = std::move(query.done), reason]() mutable { done(reason); });
    }

    SteadyClock::duration pause(int failures, std::chrono::milliseconds limit) {
        const std::chrono::milliseconds most =
            std::min<std::chrono::milliseconds>(limits::kDatabaseRetryMin * (1 << std::min(failures, 10)), limit);
        return std::chrono::milliseconds{
            std::uniform_int_distribution<std::int64_t>{most.count() / 2, most.count()}(random_)};
    }

    void note_lost(const std::string& reason) {
        if (std::exchange(impaired_, true)) return;
        impaired_since_ = SteadyClock::now();
        log::warn("database_connection_lost", {{"shard", shard_.index()},
                                               {"reason", reason.c_str()},
                                               {"hint", "reconnecting; commands are refused meanwhile"}});
    }

    void note_ready() {
        // The others are not to wait for the end of a pause that is meant for a server that is away.
        for (auto& slot : slots_) {
            if (!slot->link) shard_.arm(slot->retry, pause(0, limits::kDatabaseRetryMin));
        }
        const bool whole = std::all_of(slots_.begin(), slots_.end(), [](const auto& slot) { return slot->ready(); });
        if (!impaired_ || !whole) return;
        impaired_ = false;
        const auto away = std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - impaired_since_);
        log::info("database_connection_restored", {{"shard", shard_.index()}, {"awayMs", away.count()}});
    }

    runtime::Shard& shard_;
    const internal::Target target_;
    std::vector<std::unique_ptr<Slot>> slots_;
    std::minstd_rand random_{std::random_device{}()};
    Stats stats_; // but for what is asked of the slots
    bool impaired_ = false;
    SteadyClock::time_point impaired_since_;
};

Pool::Pool(runtime::Shard& shard, const PoolOptions& options) : impl_{std::make_unique<Impl>(shard, options)} {}

Pool::~Pool() = default;

void Pool::query(const Statement& statement, Params params, Done done, Lane lane) {
    impl_->query(statement, std::move(params), std::move(done), lane);
}

Task<Result<Rows>> Pool::query(const Statement& statement, Params params, Lane lane) {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(Result<Rows>)>(
        [this](auto handler, const Statement* wanted, Params values, Lane where) {
            impl_->query(*wanted, std::move(values), Done{std::move(handler)}, where);
        },
        boost::asio::use_awaitable, &statement, std::move(params), lane);
}

std::size_t Pool::ordered_lanes() const {
    return impl_->ordered_lanes();
}

Lane Pool::ordered(std::int64_t key) const {
    // Mixed first: the keys of one shard may have a pattern, such as being even.
    constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15; // 2^64 over the golden ratio
    return {static_cast<std::size_t>((static_cast<std::uint64_t>(key) * kMultiplier) >> 32U) % ordered_lanes()};
}

void Pool::post(Callback<void()> work) {
    impl_->post(std::move(work));
}

void Pool::after(std::chrono::milliseconds delay, Callback<void()> work) {
    impl_->after(delay, std::move(work));
}

bool Pool::available() const {
    return impl_->available();
}

Pool::Stats Pool::stats() const {
    return impl_->stats();
}

} // namespace hubbub::postgres
