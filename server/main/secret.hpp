#pragma once
#include "main/config.hpp"

#include <string>

namespace hubbub::program {

/// The secret that signs access tokens: the configured one, or the one in `<data_dir>/jwt-secret`, which is made (mode
/// 0600) when there is none. Throws ConfigError: too short, or the file cannot be read or made.
std::string token_secret(const Config& config);

} // namespace hubbub::program
