#include "postgres/internal/binaries.hpp"

#include "postgres/internal/child.hpp"
#include "postgres/startup_error.hpp"

#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string>
#include <vector>

namespace hubbub::postgres::internal {

namespace fs = std::filesystem;

namespace {

/// Whose `postgres -V` we run: our own; nothing of ours is touched by it.
Identity ourselves() {
    return {::geteuid(), ::getegid(), {}, "this user", false};
}

bool executable(const fs::path& program) {
    return ::access(program.c_str(), X_OK) == 0;
}

/// Of `postgres (PostgreSQL) 15.18 (Debian …)`; 0 if it cannot be told.
int ask_major(const fs::path& directory) {
    const auto finished = run({.argv = {directory / "postgres", "-V"}}, ourselves());
    const auto at = finished.output.find(") ");
    int major = 0;
    if (finished.status == 0 && at != std::string::npos) {
        std::from_chars(finished.output.data() + at + 2, finished.output.data() + finished.output.size(), major);
    }
    return major;
}

void add(std::vector<Binaries>& found, const fs::path& directory, int major) {
    if (!executable(directory / "postgres") || !executable(directory / "initdb")) return;
    found.push_back({directory, major > 0 ? major : ask_major(directory)});
}

/// Where the packages of Debian (`/usr/lib/postgresql/15/bin`) and Red Hat (`/usr/pgsql-15/bin`) put them.
void add_packaged(std::vector<Binaries>& found) {
    for (const auto& [parent, prefix] : {std::pair{"/usr/lib/postgresql", ""}, std::pair{"/usr", "pgsql-"}}) {
        std::error_code ignored;
        for (const auto& entry : fs::directory_iterator{parent, ignored}) {
            const std::string name = entry.path().filename();
            if (!name.starts_with(prefix)) continue;
            const int major = std::atoi(name.c_str() + std::string_view{prefix}.size());
            if (major > 0) add(found, entry.path() / "bin", major);
        }
    }
}

void add_from_path(std::vector<Binaries>& found) {
    const char* path = std::getenv("PATH");
    std::vector<std::string> directories;
    if (path != nullptr) boost::algorithm::split(directories, path, [](char c) { return c == ':'; });
    for (const fs::path directory : directories) {
        if (!directory.is_absolute()) continue;
        add(found, directory, 0);
        if (!executable(directory / "pg_config")) continue;
        std::string told = run({.argv = {directory / "pg_config", "--bindir"}}, ourselves()).output;
        add(found, boost::algorithm::trim_copy(told), 0);
    }
}

} // namespace

Binaries find_binaries(std::optional<int> major) {
    std::vector<Binaries> found;
    Binaries best;
    for (const auto look : {add_packaged, add_from_path}) {
        look(found);
        for (const Binaries& candidate : found) {
            const bool fits = major ? candidate.major == *major : candidate.major >= kOldestMajor;
            if (fits && candidate.major > best.major) best = candidate;
        }
        if (best.major > 0) return best; // asking the programs in PATH takes a while
    }
    if (major) {
        throw StartupError{"the private database was made by PostgreSQL " + std::to_string(*major) +
                           ", whose server programs are not installed any more: install them (Debian: postgresql-" +
                           std::to_string(*major) + "), or move the data with pg_dump"};
    }
    throw StartupError{"no PostgreSQL server (" + std::to_string(kOldestMajor) +
                       " or later) is installed: install one (Debian: apt install postgresql), or set DATABASE_URL"};
}

} // namespace hubbub::postgres::internal
