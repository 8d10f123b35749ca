#pragma once
#include <filesystem>
#include <optional>

namespace hubbub::postgres::internal {

inline constexpr int kOldestMajor = 15;

/// Where PostgreSQL's server programs (`postgres`, `initdb`) are installed.
struct Binaries {
    std::filesystem::path directory;
    int major = 0;
};

/// The newest that is installed, or those of one major version. Looks at Debian's and Red Hat's places, then at PATH
/// and what pg_config says. Throws StartupError, which says what to install.
Binaries find_binaries(std::optional<int> major);

} // namespace hubbub::postgres::internal
