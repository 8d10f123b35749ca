#pragma once
#include "chat/auth/external_tokens.hpp"
#include "main/config.hpp"

#include <optional>

namespace hubbub::program {

/// The application whose tokens are taken too, with its keys as their files are now; empty if none is configured.
/// Throws ConfigError if a file cannot be read or a key cannot be used.
std::optional<chat::ExternalIssuer> external_issuer(const Config& config);

} // namespace hubbub::program
