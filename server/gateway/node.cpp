#include "gateway/node.hpp"

#include <utility>

namespace hubbub::gateway {

Task<Outcome<chat::AccessClaims>> Services::identify(std::string token, chat::ClientInfo client) {
    const auto known = auth.recognise(token);
    if (known) co_return *known;
    const std::string address = address_key(client.ip);
    if (const auto wait = bad_tokens.take(address, shard.loop_time())) {
        ++measures.tokens_limited;
        co_return Failure{ErrorName::limit_rate, {}, *wait};
    }
    if (known.error() != chat::Errc::token_invalid) co_return to_failure(known.error());
    const auto external = co_await auth.identify_external(std::move(token), std::move(client));
    if (!external) co_return to_failure(external.error());
    bad_tokens.give_back(address);
    co_return *external;
}

} // namespace hubbub::gateway
