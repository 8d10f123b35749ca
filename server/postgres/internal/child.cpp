#include "postgres/internal/child.hpp"

#include "postgres/startup_error.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace hubbub::postgres::internal {

Descriptor::Descriptor(Descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

Descriptor::~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
}

Identity server_identity() {
    const bool root = ::geteuid() == 0;
    const passwd* user = root ? ::getpwnam("postgres") : ::getpwuid(::geteuid());
    if (root && user == nullptr) user = ::getpwnam("nobody");
    if (user == nullptr)
        throw StartupError{"the user that should run the private PostgreSQL is not in the user database"};
    Identity identity{user->pw_uid, user->pw_gid, std::vector<gid_t>(64), user->pw_name, root};
    int count = static_cast<int>(identity.groups.size());
    if (::getgrouplist(user->pw_name, user->pw_gid, identity.groups.data(), &count) < 0) count = 0;
    identity.groups.resize(static_cast<std::size_t>(count));
    return identity;
}

namespace {

// Between fork and exec: only async-signal-safe calls from here on.

bool become(const Identity& identity) {
    if (!identity.switches) return true;
    return ::setgroups(identity.groups.size(), identity.groups.data()) == 0 && ::setgid(identity.gid) == 0 &&
           ::setuid(identity.uid) == 0;
}

[[noreturn]] void execute(const Command& command, const Identity& identity, char* const* argv, pid_t parent,
                          int report) {
    static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
    static char locale[] = "LC_ALL=C.UTF-8";
    static char zone[] = "TZ=UTC";
    static char* const environment[] = {path, locale, zone, nullptr};

    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::umask(0077);
    // A session of its own: Ctrl-C at the terminal reaches Hubbub, which drains before it stops the server.
    bool ok = ::setsid() >= 0 && ::chdir("/") == 0;
    const int null = ::open("/dev/null", O_RDWR);
    ok = ok && ::dup2(null, 0) == 0 && ::dup2(command.output < 0 ? null : command.output, 1) == 1 && ::dup2(1, 2) == 2;
    // Hubbub's own sockets must not live on in the server.
    ok = ok && ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
    if (command.keep >= 0) ok = ok && ::fcntl(command.keep, F_SETFD, 0) == 0;
    ok = ok && become(identity);
    if (command.death_signal != 0) {
        // After the change of user, which clears it. The parent may be gone already: then nobody would tell us.
        ok = ok && ::prctl(PR_SET_PDEATHSIG, command.death_signal) == 0 && ::getppid() == parent;
    }
    if (ok) ::execve(argv[0], argv, environment);
    const int error = errno;
    if (::write(report, &error, sizeof error) < 0) ::_exit(126);
    ::_exit(127);
}

} // namespace

Child Child::spawn(const Command& command, const Identity& identity) {
    std::vector<std::string> words = command.argv;
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw StartupError{"cannot make a pipe"};
    const Descriptor read_end{ends[0]};
    Descriptor write_end{ends[1]};
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) throw StartupError{std::string{"cannot start a process: "} + std::strerror(errno)};
    if (pid == 0) execute(command, identity, argv.data(), parent, write_end.get());

    write_end = Descriptor{};
    Child child = find(pid);
    int error = 0;
    if (::read(read_end.get(), &error, sizeof error) == sizeof error) {
        child.reap();
        throw StartupError{"cannot run " + command.argv[0] + " as " + identity.name + ": " + std::strerror(error)};
    }
    return child;
}

Child Child::find(pid_t pid) {
    Child child;
    child.handle_ = Descriptor{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
    if (child) child.pid_ = pid;
    return child;
}

void Child::signal(int number) const {
    // By system call: glibc 2.36 declares the wrapper without extern "C".
    ::syscall(SYS_pidfd_send_signal, handle_.get(), number, nullptr, 0);
}

bool Child::wait_for(std::chrono::milliseconds most) const {
    pollfd ended{handle_.get(), POLLIN, 0};
    return ::poll(&ended, 1, static_cast<int>(most.count())) > 0;
}

int Child::reap() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    handle_ = Descriptor{};
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

Finished run(Command command, const Identity& identity) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw StartupError{"cannot make a pipe"};
    const Descriptor read_end{ends[0]};
    Descriptor write_end{ends[1]};
    command.output = write_end.get();
    command.death_signal = SIGTERM;
    Child child = Child::spawn(command, identity);
    write_end = Descriptor{};

    std::string output;
    std::array<char, 4096> buffer;
    for (;;) {
        const ssize_t got = ::read(read_end.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        output.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return {child.reap(), std::move(output)};
}

bool check_as(const Identity& identity, const std::function<bool()>& check) {
    const pid_t pid = ::fork();
    if (pid < 0) return false;
    if (pid == 0) ::_exit(become(identity) && check() ? 0 : 1);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace hubbub::postgres::internal
