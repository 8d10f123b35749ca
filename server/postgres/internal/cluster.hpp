#pragma once
#include "postgres/internal/binaries.hpp"
#include "postgres/internal/child.hpp"

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>

namespace hubbub::postgres::internal {

inline constexpr const char* kDatabase = "hubbub";

/// The files of a private server below its data directory.
class Cluster {
  public:
    /// `data_dir` must exist. Throws StartupError if there is a cluster that `identity` does not own.
    Cluster(std::filesystem::path data_dir, Identity identity, bool durable, std::size_t connections);

    const Identity& identity() const { return identity_; }
    const Binaries& binaries() const { return binaries_; }
    std::filesystem::path log_file() const { return data_dir_ / "postgres.log"; }

    /// Makes the cluster if there is none yet, all or nothing.
    void ensure_initialised();
    /// Stops a server that a killed Hubbub left behind, waits for the backends of one that died, and removes its PID
    /// file.
    void clear_leftovers() const;
    /// The socket's directory, for `identity` alone.
    void make_socket_directory() const;
    void remove_socket_directory() const;

    /// How the server finds its data: the path or, if `identity` may not pass through a directory above it (such as
    /// /root), the descriptor that the command must keep.
    Command server_command() const;
    std::string conninfo(const std::string& database) const;
    /// Whether that process of `server_command` has written into its PID file that it takes connections.
    bool says_ready(pid_t server) const;

  private:
    std::filesystem::path choose_socket_directory() const;
    std::filesystem::path directory() const { return data_dir_ / "postgres"; }
    std::string reachable(const std::filesystem::path& path, Descriptor& keep) const;
    void initialise(const std::filesystem::path& path) const;
    void configure(const std::filesystem::path& path) const;
    void flush(const std::filesystem::path& path) const;
    void give(const std::filesystem::path& path) const;
    bool is_ours(const Child& process) const;
    static bool stop_leftover(const Child& process);
    static void wait_until_unused(int shared_memory);

    std::filesystem::path data_dir_;
    Identity identity_;
    bool durable_;
    std::size_t connections_;
    std::filesystem::path socket_directory_;
    Binaries binaries_;
    Descriptor directory_handle_;
    std::string server_path_;
};

} // namespace hubbub::postgres::internal
