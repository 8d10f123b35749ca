#include "chat/auth/external_tokens.hpp"

#include "base/limits.hpp"
#include "chat/accounts/rules.hpp"
#include "chat/errc.hpp"
#include "chat/text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace hubbub::chat {
namespace {

namespace json = boost::json;

std::vector<JwsKey> parse_jwks(std::string_view text) {
    error_code error;
    const json::value set = json::parse(text, error);
    const json::object* object = set.if_object();
    const json::value* list = object == nullptr ? nullptr : object->if_contains("keys");
    if (error || list == nullptr || !list->is_array()) throw std::runtime_error{"is no JSON Web Key Set"};
    if (list->get_array().size() > limits::kExternalKeysMax)
        throw std::runtime_error{"has more than " + std::to_string(limits::kExternalKeysMax) + " keys"};
    std::vector<JwsKey> keys;
    for (const json::value& each : list->get_array()) {
        if (!each.is_object()) throw std::runtime_error{"is no JSON Web Key Set"};
        if (auto key = JwsKey::from_jwk(each.get_object())) keys.push_back(std::move(*key));
    }
    if (keys.empty()) throw std::runtime_error{"has no public key for RS256, ES256 or EdDSA"};
    return keys;
}

/// `aud` may be one name or several (RFC 7519, 4.1.3).
bool is_for(const json::object& claims, std::string_view audience) {
    const json::value* value = claims.if_contains("aud");
    if (value == nullptr) return false;
    const auto is_ours = [&](const json::value& name) { return name.is_string() && name.get_string() == audience; };
    return value->is_array() ? std::ranges::any_of(value->get_array(), is_ours) : is_ours(*value);
}

} // namespace

ExternalTokens::ExternalTokens(const ExternalIssuer& issuer)
    : issuer_{issuer.issuer}, audience_{issuer.audience}, username_claim_{issuer.username_claim} {
    const auto naming = [](const std::string& setting, auto add) {
        try {
            add();
        } catch (const std::runtime_error& error) {
            throw std::runtime_error{setting + " " + error.what()};
        }
    };
    if (!issuer.secret.empty()) naming("external.secret", [&] { keys_.push_back(JwsKey::from_secret(issuer.secret)); });
    if (!issuer.public_key.empty())
        naming("external.public_key_file", [&] { keys_.push_back(JwsKey::from_pem(issuer.public_key)); });
    if (!issuer.jwks.empty()) {
        naming("external.jwks_file", [&] {
            for (JwsKey& key : parse_jwks(issuer.jwks)) keys_.push_back(std::move(key));
        });
    }
}

Result<ExternalIdentity> ExternalTokens::verify(std::string_view token, Timestamp at) const {
    const auto claims = open_jws(token, keys_);
    if (!claims) return claims.error();
    const json::string* issuer = text_claim(*claims, "iss");
    const json::string* subject = text_claim(*claims, "sub");
    if (issuer == nullptr || *issuer != issuer_ || !is_for(*claims, audience_)) return Errc::token_invalid;
    if (subject == nullptr || subject->empty() || subject->size() > limits::kExternalSubjectBytesMax ||
        !examine(*subject, TextKind::line)) {
        return Errc::token_invalid;
    }
    const auto expires_at = check_times(*claims, at);
    if (!expires_at) return expires_at.error();

    ExternalIdentity identity;
    identity.subject = *subject;
    const json::string* wish = text_claim(*claims, username_claim_);
    identity.username = make_username(wish == nullptr ? std::string_view{*subject} : std::string_view{*wish});
    const json::string* name = text_claim(*claims, "name");
    const auto display_name = parse_display_name(name == nullptr ? std::string_view{} : std::string_view{*name});
    identity.display_name = display_name ? *display_name : identity.username;
    identity.expires_at = *expires_at;
    return identity;
}

} // namespace hubbub::chat
