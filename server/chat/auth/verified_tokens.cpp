#include "chat/auth/verified_tokens.hpp"

#include <utility>

namespace hubbub::chat {

const AccessClaims* VerifiedTokens::find(const std::string& hash) const {
    const auto found = claims_.find(hash);
    return found == claims_.end() ? nullptr : &found->second;
}

void VerifiedTokens::keep(std::string hash, const AccessClaims& claims, Timestamp at, std::uint64_t generation) {
    if (generation != generation_) return;
    if (claims_.size() >= kMax)
        std::erase_if(claims_, [at](const auto& known) { return known.second.expires_at <= at; });
    if (claims_.size() >= kMax) claims_.clear();
    claims_.insert_or_assign(std::move(hash), claims);
}

} // namespace hubbub::chat
