#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace hubbub::gateway {

/// A token bucket: `burst` at once, `per_second` in the long run. A `per_second` of 0 allows everything.
struct Rate {
    double per_second;
    double burst;
};

/// Of a kind of request that may be a part of all at most.
inline Rate share_of(Rate all, double share) {
    return {all.per_second * share, std::max(all.burst * share, 1.0)};
}

/// Token buckets by key (generic cell rate algorithm: one time a key says it all). Belongs to one shard.
template <class Key> class RateLimiter {
  public:
    using Clock = std::chrono::steady_clock;
    /// Keys that have not recovered; with more, new ones are refused: somebody is making them up.
    static constexpr std::size_t kKeysMax = 100'000;

    explicit RateLimiter(Rate rate) : rate_{rate} {}

    /// Takes one token: nothing, or how long to wait for it.
    std::optional<std::chrono::milliseconds> take(const Key& key, Clock::time_point now) {
        if (rate_.per_second <= 0) return {};
        if (full_at_.size() >= prune_at_) prune(now);
        if (full_at_.size() >= kKeysMax && !full_at_.contains(key)) return std::chrono::seconds{1};
        Clock::time_point& full_at = full_at_.try_emplace(key, now).first->second;
        const auto next = std::max(full_at, now) + cost();
        if (const auto early = next - now - cost() * rate_.burst; early.count() > 0)
            return std::chrono::ceil<std::chrono::milliseconds>(early);
        full_at = std::chrono::time_point_cast<Clock::duration>(next);
        return {};
    }

    /// Gives back what `take` took.
    void give_back(const Key& key) {
        if (const auto found = full_at_.find(key); found != full_at_.end())
            found->second -= std::chrono::duration_cast<Clock::duration>(cost());
    }

    std::size_t keys() const { return full_at_.size(); }

  private:
    std::chrono::duration<double> cost() const { return std::chrono::duration<double>{1 / rate_.per_second}; }

    void prune(Clock::time_point now) {
        std::erase_if(full_at_, [now](const auto& entry) { return entry.second <= now; });
        prune_at_ = std::max<std::size_t>(kPruneAtMin, 2 * full_at_.size());
    }

    static constexpr std::size_t kPruneAtMin = 1024;
    Rate rate_;
    std::unordered_map<Key, Clock::time_point> full_at_; // when the bucket is full again
    std::size_t prune_at_ = kPruneAtMin;
};

/// What counts as one address: an IPv4 address, or an IPv6 network of 64 bits, since a host has all of it.
std::string address_key(std::string_view remote_address);

} // namespace hubbub::gateway
