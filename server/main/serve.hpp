#pragma once
#include "main/config.hpp"

namespace hubbub::program {

/// Serves until SIGTERM or SIGINT, then drains; a second signal ends the process at once. Returns the exit status.
/// Throws ConfigError, postgres::StartupError or std::exception if it cannot start.
int serve(const Config& config);

} // namespace hubbub::program
