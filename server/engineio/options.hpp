#pragma once
#include "base/limits.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace hubbub::engineio {

/// Cross-origin rules. Empty `origins`: no CORS header is ever sent.
struct Cors {
    std::vector<std::string> origins; ///< exact origins, or the single entry `*`
    bool credentials = false;         ///< only with exact origins
};

struct Options {
    std::string path = "/socket.io/"; ///< the slashes count
    std::chrono::milliseconds ping_interval = limits::kPingInterval;
    std::chrono::milliseconds ping_timeout = limits::kPingTimeout;
    std::chrono::milliseconds upgrade_timeout = limits::kUpgradeTimeout;
    std::size_t max_payload = limits::kMaxPayloadBytes;
    Cors cors;
};

} // namespace hubbub::engineio
