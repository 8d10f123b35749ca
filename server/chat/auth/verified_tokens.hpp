#pragma once
#include "base/clock.hpp"
#include "chat/auth/access_token.hpp"

#include <cstddef>
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
    void keep(std::string hash, const AccessClaims& claims, Timestamp at);
    /// The keys have changed.
    void clear() { claims_.clear(); }
    std::size_t size() const { return claims_.size(); }

  private:
    std::unordered_map<std::string, AccessClaims> claims_;
};

} // namespace hubbub::chat
