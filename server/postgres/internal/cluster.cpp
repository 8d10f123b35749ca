#include "postgres/internal/cluster.hpp"

#include "base/log.hpp"
#include "postgres/startup_error.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>

namespace hubbub::postgres::internal {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kSocketPathMax = sizeof(sockaddr_un::sun_path) - sizeof "/.s.PGSQL.5432";
constexpr auto kLeftoverFast = 20s;     // for a left-behind server to flush and end
constexpr auto kLeftoverImmediate = 5s; // for it, and for backends that outlived it, to end without
constexpr auto kLeftoverPause = 10ms;

[[noreturn]] void fail(const std::string& what, const fs::path& path) {
    throw StartupError{what + " " + path.string() + ": " + std::strerror(errno)};
}

/// Replaces a file inside a directory that another user owns: never through a link that was put there.
void replace_file(const fs::path& path, const std::string& content, const Identity& owner) {
    ::unlink(path.c_str());
    const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    const bool written =
        file && ::write(file.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size());
    if (!written || (owner.switches && ::fchown(file.get(), owner.uid, owner.gid) != 0)) {
        fail("cannot write", path);
    }
}

std::string read_file(const fs::path& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

// Lines of postmaster.pid, which pg_ctl reads too (PostgreSQL's src/include/utils/pidfile.h).
constexpr int kSharedMemoryLine = 7; // its key and its id
constexpr int kStatusLine = 8;

std::string line_of(const std::string& text, int number) {
    std::istringstream lines{text};
    std::string line;
    while (number-- > 0) {
        if (!std::getline(lines, line)) return {};
    }
    return line;
}

/// The id of a server's shared memory by its PID file; -1 if it does not say.
int shared_memory_of(const std::string& pid_file) {
    std::istringstream line{line_of(pid_file, kSharedMemoryLine)};
    unsigned long key = 0;
    int id = -1;
    return line >> key >> id ? id : -1;
}

constexpr std::size_t kConnections = 100;     // that the file allows
constexpr std::size_t kSpareConnections = 20; // beside the server's own: migrations, commands, psql

/// Settings that differ from PostgreSQL's own. Written once: the operator may change them.
std::string tuned_settings() {
    const long megabytes = ::sysconf(_SC_PHYS_PAGES) / 1024 * ::sysconf(_SC_PAGESIZE) / 1024;
    return "\n# Chosen by Hubbub when it made this cluster; yours to change. fsync and synchronous_commit stay on:\n"
           "# a message that was acknowledged is on the disk.\n"
           "shared_buffers = " +
           std::to_string(std::clamp(megabytes / 8, 64L, 512L)) +
           "MB\n"
           "effective_cache_size = " +
           std::to_string(std::max(megabytes / 2, 128L)) +
           "MB\n"
           "max_connections = " +
           std::to_string(kConnections) +
           "\n"
           "max_wal_size = 2GB\n"
           "checkpoint_timeout = 15min\n"
           "random_page_cost = 1.1\n"
           "max_parallel_workers_per_gather = 0\n"
           "jit = off\n"
           "log_checkpoints = off\n"
           "timezone = 'UTC'\n"
           "log_timezone = 'UTC'\n";
}

} // namespace

Cluster::Cluster(fs::path data_dir, Identity identity, bool durable, std::size_t connections)
    : data_dir_{std::move(data_dir)},
      identity_{std::move(identity)},
      durable_{durable},
      connections_{connections + kSpareConnections},
      socket_directory_{choose_socket_directory()} {
    std::error_code ignored;
    const bool exists = fs::exists(directory() / "PG_VERSION", ignored);
    binaries_ =
        find_binaries(exists ? std::optional{std::stoi("0" + read_file(directory() / "PG_VERSION"))} : std::nullopt);
    struct stat status {};
    if (exists && ::stat(directory().c_str(), &status) == 0 && status.st_uid != identity_.uid) {
        throw StartupError{
            directory().string() + " belongs to another user than " + identity_.name +
            ", who runs the private PostgreSQL: chown -R it, or run Hubbub as the user it ran as before"};
    }
}

void Cluster::give(const fs::path& path) const {
    if (identity_.switches && ::lchown(path.c_str(), identity_.uid, identity_.gid) != 0) fail("cannot chown", path);
}

std::string Cluster::reachable(const fs::path& path, Descriptor& keep) const {
    // Written before the fork: nothing may be allocated after it.
    const std::string inside = path.string() + "/.";
    if (check_as(identity_, [&] { return ::access(inside.c_str(), X_OK) == 0; })) return path;
    keep = Descriptor{::open(path.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    return "/proc/self/fd/" + std::to_string(keep.get());
}

void Cluster::ensure_initialised() {
    if (!fs::exists(directory() / "PG_VERSION")) {
        // Under another name until it is whole: a first start that was killed is simply done again.
        const fs::path unfinished = data_dir_ / "postgres.new";
        fs::remove_all(unfinished);
        if (::mkdir(unfinished.c_str(), 0700) != 0) fail("cannot make", unfinished);
        give(unfinished);
        initialise(unfinished);
        configure(unfinished);
        flush(unfinished);
        if (::rename(unfinished.c_str(), directory().c_str()) != 0) fail("cannot make", directory());
        flush(data_dir_);
    }
    server_path_ = reachable(directory(), directory_handle_);
}

void Cluster::initialise(const fs::path& path) const {
    Descriptor keep;
    const std::string where = reachable(path, keep);
    const auto finished =
        run({.argv = {binaries_.directory / "initdb", "--pgdata=" + where, "--username=" + std::string{kDatabase},
                      "--encoding=UTF8", "--locale=C.UTF-8", "--auth=peer", "--data-checksums", "--no-sync"},
             .keep = keep.get()},
            identity_);
    if (finished.status != 0) throw StartupError{"initdb of the private PostgreSQL failed: " + finished.output};
}

void Cluster::flush(const fs::path& path) const {
    if (!durable_) return;
    // The whole file system in one go: file by file, as initdb does it, takes seconds on a busy disk.
    const Descriptor handle{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (::syncfs(handle.get()) != 0) fail("cannot flush", path);
}

void Cluster::configure(const fs::path& path) const {
    const passwd* self = ::getpwuid(::geteuid());
    const std::string map = std::string{"hubbub "} + (self == nullptr ? "root" : self->pw_name) + " hubbub\n";
    replace_file(path / "pg_hba.conf",
                 "# Only the operating system's user that runs Hubbub, told by the kernel.\n"
                 "local all all peer map=hubbub\n",
                 identity_);
    replace_file(path / "pg_ident.conf", map, identity_);
    replace_file(path / "postgresql.conf", read_file(path / "postgresql.conf") + tuned_settings(), identity_);
}

bool Cluster::is_ours(const Child& process) const {
    // Not merely a live process with that number: a postgres that works in our directory, which a server never leaves.
    const std::string proc = "/proc/" + std::to_string(process.pid());
    const std::string its_directory = proc + "/cwd";
    if (read_file(proc + "/comm") != "postgres\n") return false;
    struct stat ours {};
    if (::stat(directory().c_str(), &ours) != 0) return false;
    return check_as(identity_, [&] {
        struct stat its {};
        return ::stat(its_directory.c_str(), &its) == 0 && its.st_dev == ours.st_dev && its.st_ino == ours.st_ino;
    });
}

void Cluster::clear_leftovers() const {
    const fs::path file = directory() / "postmaster.pid";
    const std::string text = read_file(file);
    const int pid = std::atoi(text.c_str());
    const Child process = pid > 0 ? Child::find(pid) : Child{};
    if (process && is_ours(process) && !stop_leftover(process)) return; // the server says why it does not start
    if (const int id = shared_memory_of(text); id >= 0) wait_until_unused(id);
    // The server would take a number that another process has got since, or a zombie's, for another server's.
    for (const fs::path& stale :
         {file, socket_directory_ / ".s.PGSQL.5432.lock", socket_directory_ / ".s.PGSQL.5432"}) {
        ::unlink(stale.c_str());
    }
}

bool Cluster::stop_leftover(const Child& process) {
    log::info("private_postgres_leftover",
              {{"pid", process.pid()}, {"hint", "a killed Hubbub left it; it is stopped first"}});
    process.signal(SIGINT);
    if (process.wait_for(kLeftoverFast)) return true;
    process.signal(SIGQUIT);
    if (process.wait_for(kLeftoverImmediate)) return true;
    process.signal(SIGKILL);
    return process.wait_for(kLeftoverImmediate);
}

/// Backends that outlived their server hold its shared memory and keep the next one from starting. They notice its end
/// by themselves, within moments.
void Cluster::wait_until_unused(int shared_memory) {
    const auto deadline = std::chrono::steady_clock::now() + kLeftoverImmediate;
    shmid_ds state{};
    while (::shmctl(shared_memory, IPC_STAT, &state) == 0 && state.shm_nattch > 0 &&
           std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(kLeftoverPause);
}

fs::path Cluster::choose_socket_directory() const {
    const fs::path beside = data_dir_ / "postgres-socket";
    const std::string above = data_dir_.string() + "/.";
    const bool passable = check_as(identity_, [&] { return ::access(above.c_str(), X_OK) == 0; });
    if (passable && beside.string().size() <= kSocketPathMax) return beside;
    const auto hash = std::hash<std::string>{}(data_dir_.string());
    const fs::path parent = identity_.switches ? "/run" : "/tmp";
    return parent / ("hubbub-" + std::to_string(hash));
}

void Cluster::make_socket_directory() const {
    const fs::path path = socket_directory_;
    if (::mkdir(path.c_str(), 0700) == 0) return give(path);
    struct stat status {};
    if (errno != EEXIST || ::lstat(path.c_str(), &status) != 0) fail("cannot make", path);
    // Where everybody may write, somebody else may have been faster.
    if (!S_ISDIR(status.st_mode) || status.st_uid != identity_.uid || (status.st_mode & 077) != 0) {
        throw StartupError{path.string() + " must be a directory that only " + identity_.name +
                           " can enter: remove it"};
    }
}

void Cluster::remove_socket_directory() const {
    ::rmdir(socket_directory_.c_str());
}

Command Cluster::server_command() const {
    Command command{.argv = {binaries_.directory / "postgres", "-D", server_path_, "-k", socket_directory_, "-c",
                             "listen_addresses=", "-c", "port=5432", "-c", "unix_socket_permissions=0700"},
                    .keep = directory_handle_.get(),
                    .death_signal = SIGINT};
    if (connections_ > kConnections)
        command.argv.insert(command.argv.end(), {"-c", "max_connections=" + std::to_string(connections_)});
    if (!durable_) command.argv.insert(command.argv.end(), {"-c", "fsync=off", "-c", "full_page_writes=off"});
    return command;
}

std::string Cluster::conninfo(const std::string& database) const {
    std::string host = socket_directory_;
    for (std::size_t at = 0; (at = host.find_first_of("\\'", at)) != std::string::npos; at += 2) host.insert(at, "\\");
    return "host='" + host + "' port=5432 user=hubbub dbname=" + database;
}

bool Cluster::says_ready(pid_t server) const {
    const std::string text = read_file(directory() / "postmaster.pid");
    return std::atoi(text.c_str()) == server && line_of(text, kStatusLine).starts_with("ready");
}

} // namespace hubbub::postgres::internal
