#include "postgres/local_server.hpp"

#include "base/log.hpp"
#include "postgres/blocking_connection.hpp"
#include "postgres/internal/cluster.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <exception>
#include <fstream>
#include <future>
#include <thread>

namespace hubbub::postgres {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using internal::Child;
using internal::Cluster;
using internal::Descriptor;

namespace {

constexpr auto kProbePause = 10ms;
constexpr auto kAskPause = 1s; // a server that starts writes a line into its log for each connection that it refuses
constexpr auto kStartTimeout = 30s;     // without any sign of life; recovery from the log may take as long as it takes
constexpr auto kFastShutdown = 20s;     // then SIGQUIT
constexpr auto kImmediateShutdown = 5s; // then SIGKILL
constexpr auto kRestartPause = 500ms;
constexpr std::uintmax_t kLogBytesMax = 16 * 1024 * 1024; // at a start; the file before it is kept as postgres.log.1

Descriptor open_lock(const fs::path& data_dir, int flags) {
    return Descriptor{::open((data_dir / "postgres.lock").c_str(), flags | O_CLOEXEC, 0600)};
}

Descriptor open_log(const fs::path& path) {
    std::error_code ignored;
    if (fs::file_size(path, ignored) > kLogBytesMax && !ignored) fs::rename(path, path.string() + ".1", ignored);
    Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
    if (!file) throw StartupError{"cannot write " + path.string() + ": " + std::strerror(errno)};
    return file;
}

std::string tail(const fs::path& path) {
    constexpr std::streamoff kTail = 600;
    std::ifstream file{path, std::ios::ate};
    file.seekg(std::max<std::streamoff>(0, static_cast<std::streamoff>(file.tellg()) - kTail));
    return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace

class LocalServer::Impl {
  public:
    explicit Impl(Options options) : options_{std::move(options)}, stop_event_{::eventfd(0, EFD_CLOEXEC)} {
        const auto begin = std::chrono::steady_clock::now();
        std::error_code error;
        fs::create_directories(options_.data_dir, error);
        if (!error) options_.data_dir = fs::canonical(options_.data_dir, error);
        if (error) throw StartupError{"the data directory " + options_.data_dir.string() + ": " + error.message()};
        lock_ = open_lock(options_.data_dir, O_RDWR | O_CREAT);
        if (!lock_) throw StartupError{"cannot write into " + options_.data_dir.string() + ": " + std::strerror(errno)};
        if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
            throw StartupError{"another Hubbub is running with the data directory " + options_.data_dir.string()};
        }
        cluster_ = std::make_unique<Cluster>(options_.data_dir, internal::server_identity(), options_.durable,
                                             options_.connections);
        cluster_->ensure_initialised();
        cluster_->make_socket_directory();
        conninfo_ = cluster_->conninfo(internal::kDatabase);

        std::promise<void> started;
        auto outcome = started.get_future();
        thread_ = std::thread{[this, started = std::move(started)]() mutable { supervise(std::move(started)); }};
        try {
            outcome.get();
            ensure_database();
            log_ready(std::chrono::steady_clock::now() - begin);
        } catch (...) {
            stop(Shutdown::fast);
            throw;
        }
    }

    ~Impl() { stop(Shutdown::fast); }

    void stop(Shutdown how) {
        if (!thread_.joinable()) return;
        how_ = how;
        ::eventfd_write(stop_event_.get(), 1);
        thread_.join();
        cluster_->remove_socket_directory();
        lock_ = Descriptor{};
    }

    const std::string& conninfo() const { return conninfo_; }
    pid_t pid() const { return pid_; }

  private:
    /// The server's parent for as long as it should live: the kernel ties the server's life to this thread's.
    void supervise(std::promise<void> started) {
        bool first = true;
        do {
            try {
                Child server = start();
                if (std::exchange(first, false)) {
                    started.set_value();
                } else {
                    log::info("private_postgres_restarted", {{"pid", server.pid()}});
                }
                if (wait_for_stop(server.handle(), -1ms)) return shut_down(server);
                log::error("private_postgres_died", {{"status", server.reap()},
                                                     {"log", cluster_->log_file().c_str()},
                                                     {"hint", "it is started again"}});
            } catch (const StartupError& failed) {
                if (first) return started.set_exception(std::current_exception());
                log::error("private_postgres_restart_failed", {{"reason", failed.what()}});
            }
        } while (!wait_for_stop(-1, kRestartPause));
    }

    /// Waits until `handle` is readable (the server ended) or stop is wanted, at most `most` (negative: for ever).
    /// Returns true for stop.
    bool wait_for_stop(int handle, std::chrono::milliseconds most) const {
        pollfd events[]{{stop_event_.get(), POLLIN, 0}, {handle, POLLIN, 0}};
        while (::poll(events, 2, static_cast<int>(most.count())) < 0 && errno == EINTR) {
        }
        return events[0].revents != 0;
    }

    Child start() {
        cluster_->clear_leftovers();
        auto command = cluster_->server_command();
        const Descriptor log_file = open_log(cluster_->log_file());
        command.output = log_file.get();
        Child server = Child::spawn(command, cluster_->identity());
        pid_ = server.pid();
        const std::string probe = cluster_->conninfo("postgres") + " connect_timeout=5";
        const auto begin = std::chrono::steady_clock::now();
        auto deadline = begin + kStartTimeout;
        auto ask_at = begin + kAskPause;
        for (;;) {
            if (server.wait_for(0ms)) {
                server.reap();
                throw StartupError{"the private PostgreSQL does not start; the end of " +
                                   cluster_->log_file().string() + " says: " + tail(cluster_->log_file())};
            }
            const auto now = std::chrono::steady_clock::now();
            if (now >= ask_at || cluster_->says_ready(server.pid())) {
                const auto answer = PQping(probe.c_str());
                if (answer == PQPING_OK) return server;
                if (answer == PQPING_REJECT) deadline = now + kStartTimeout;
                ask_at = now + kAskPause;
            }
            if (wait_for_stop(-1, kProbePause) || now > deadline) {
                shut_down(server);
                throw StartupError{"the private PostgreSQL does not answer; see " + cluster_->log_file().string()};
            }
        }
    }

    void shut_down(Child& server) const {
        server.signal(how_ == Shutdown::fast ? SIGINT : SIGQUIT);
        if (how_ == Shutdown::fast && !server.wait_for(kFastShutdown)) server.signal(SIGQUIT);
        if (!server.wait_for(kImmediateShutdown)) server.signal(SIGKILL);
        server.reap();
    }

    void ensure_database() const {
        static constexpr Statement kExists{"", "SELECT 1 FROM pg_database WHERE datname = $1"};
        BlockingConnection maintenance{cluster_->conninfo("postgres")};
        if (!maintenance.query(kExists, Params::of(internal::kDatabase)).empty()) return;
        maintenance.script("CREATE DATABASE hubbub"); // kDatabase
    }

    void log_ready(std::chrono::steady_clock::duration took) const {
        log::info("private_postgres_ready",
                  {{"pid", pid_.load()},
                   {"conninfo", conninfo_.c_str()},
                   {"log", cluster_->log_file().c_str()},
                   {"ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}});
    }

    Options options_;
    Descriptor stop_event_;
    Descriptor lock_;
    std::unique_ptr<Cluster> cluster_;
    std::string conninfo_;
    std::thread thread_;
    std::atomic<pid_t> pid_ = -1;
    std::atomic<Shutdown> how_ = Shutdown::fast;
};

LocalServer::LocalServer(Options options) : impl_{std::make_unique<Impl>(std::move(options))} {}

LocalServer::~LocalServer() = default;

const std::string& LocalServer::conninfo() const {
    return impl_->conninfo();
}

pid_t LocalServer::pid() const {
    return impl_->pid();
}

void LocalServer::stop(Shutdown how) {
    impl_->stop(how);
}

std::optional<std::string> LocalServer::conninfo_of_running(const fs::path& data_dir) {
    const Descriptor lock = open_lock(data_dir, O_RDWR);
    if (!lock || ::flock(lock.get(), LOCK_SH | LOCK_NB) == 0) return std::nullopt;
    auto conninfo =
        Cluster{fs::canonical(data_dir), internal::server_identity(), true, 0}.conninfo(internal::kDatabase);
    // It may be starting just now.
    const auto deadline = std::chrono::steady_clock::now() + kStartTimeout;
    while (PQping(conninfo.c_str()) != PQPING_OK && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(kAskPause / 5);
    }
    return conninfo;
}

} // namespace hubbub::postgres
