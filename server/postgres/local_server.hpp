#pragma once
#include "postgres/startup_error.hpp"

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace hubbub::postgres {

/// A PostgreSQL server of our own: made in `<data_dir>/postgres` on first use, reachable only through a Unix socket,
/// run by an unprivileged user (ourselves; `postgres` or `nobody` when we are root), started again should it die, and
/// stopped with us: also when we are killed, then by the kernel's parent-death signal.
///
/// Who may connect: the socket's directory is open to that user alone, and the server admits (by the kernel's word,
/// "peer") only the user that Hubbub runs as. It writes `<data_dir>/postgres.log` and holds `<data_dir>/postgres.lock`.
class LocalServer {
  public:
    struct Options {
        std::filesystem::path data_dir;
        bool durable = true; ///< false: nothing is flushed to the disk, for tests
        /// How many there will be at a time. More than the cluster's own setting is for: raised, for this run.
        std::size_t connections = 0;
    };
    enum class Shutdown {
        fast,      ///< running transactions are rolled back, everything is flushed
        immediate, ///< as after a crash: the next start recovers from the log
    };

    /// Returns when the server accepts connections and the database `hubbub` exists. A server that a killed Hubbub
    /// left behind is stopped first. Throws StartupError: no server program, another Hubbub uses `data_dir`, no rights
    /// …
    explicit LocalServer(Options options);
    /// Stops the server.
    ~LocalServer();
    LocalServer(const LocalServer&) = delete;
    LocalServer& operator=(const LocalServer&) = delete;

    const std::string& conninfo() const;
    /// The present server process; a new one after it died and was started again.
    pid_t pid() const;
    /// Ends the server. Safe to call twice.
    void stop(Shutdown how = Shutdown::fast);

    /// How to reach the server of the Hubbub that uses `data_dir` right now; empty if none does.
    static std::optional<std::string> conninfo_of_running(const std::filesystem::path& data_dir);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace hubbub::postgres
