#pragma once
#include "base/clock.hpp"
#include "chat/auth/access_token.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace hubbub::chat {

/// What tokens said whose signatures have been checked, by the tokens' hashes: a client comes with the same one at each
/// request and reconnect. Whether the session still stands is another question. One a shard.
class VerifiedTokens {
  public:
    /// When it is full, those that have expired are forgotten, or else all.
    static constexpr std::size_t kMax = 4096;

    /// Null if not known. The token may have expired since.
    const AccessClaims* find(const std::string& hash) const;
    /// Of the keys that are in use. To be asked before a token is verified.
    std::uint64_t generation() const { return generation_; }
    /// Not if it was verified by keys of an earlier generation.
    void keep(std::string hash, const AccessClaims& claims, Timestamp at, std::uint64_t generation);
    /// The keys have changed.
    void clear() {
        claims_.clear();
        ++generation_;
    }
    std::size_t size() const { return claims_.size(); }

  private:
    std::unordered_map<std::string, AccessClaims> claims_;
    std::uint64_t generation_ = 0;
};

} // namespace hubbub::chat
