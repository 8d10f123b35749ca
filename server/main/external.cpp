#include "main/external.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace hubbub::program {
namespace {

/// Empty without a path.
std::string read(const std::filesystem::path& path, const char* setting) {
    if (path.empty()) return {};
    std::ifstream in{path, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    if (!in || text.empty()) throw ConfigError{std::string{setting} + ": cannot read " + path.string()};
    return text;
}

} // namespace

std::optional<chat::ExternalIssuer> external_issuer(const Config& config) {
    if (config.external_issuer.empty()) return {};
    chat::ExternalIssuer issuer;
    issuer.issuer = config.external_issuer;
    issuer.audience = config.external_audience;
    issuer.username_claim = config.external_username_claim;
    issuer.secret = config.external_secret;
    issuer.public_key = read(config.external_public_key_file, "external.public_key_file");
    issuer.jwks = read(config.external_jwks_file, "external.jwks_file");
    try {
        chat::ExternalTokens{issuer};
    } catch (const std::runtime_error& error) {
        throw ConfigError{error.what()};
    }
    return issuer;
}

} // namespace hubbub::program
