#pragma once
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace hubbub::postgres::internal {

/// An open descriptor, closed at the end of its life.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_{fd} {}
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor();
    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

  private:
    int fd_ = -1;
};

/// Whom the database server runs as: PostgreSQL refuses to run as root.
struct Identity {
    uid_t uid;
    gid_t gid;
    std::vector<gid_t> groups;
    std::string name;
    bool switches; ///< this process is root and has to become that user
};

/// Ourselves, or `postgres` (else `nobody`) when this process is root. Throws StartupError.
Identity server_identity();

struct Command {
    std::vector<std::string> argv; ///< argv[0] is the program's path
    int output = -1;               ///< where stdout and stderr go; -1: /dev/null
    int keep = -1;                 ///< a descriptor that the program inherits under the same number
    int death_signal = 0;          ///< what it gets when the thread that spawned it is gone
};

/// A process that we started, or one that we found and may signal without hitting another that got its number.
class Child {
  public:
    Child() = default;
    /// Throws StartupError if the program cannot be executed.
    static Child spawn(const Command& command, const Identity& identity);
    /// Empty if there is no such process.
    static Child find(pid_t pid);

    explicit operator bool() const { return static_cast<bool>(handle_); }
    pid_t pid() const { return pid_; }
    /// Readable when the process has ended.
    int handle() const { return handle_.get(); }
    void signal(int number) const;
    /// Returns true if it has ended by then.
    bool wait_for(std::chrono::milliseconds most) const;
    /// Of our own child: waits for its end and returns its exit status (128 + signal if killed).
    int reap();

  private:
    pid_t pid_ = -1;
    Descriptor handle_; // a pidfd
};

struct Finished {
    int status;
    std::string output;
};
/// Runs a short program to its end.
Finished run(Command command, const Identity& identity);

/// What `check` says in a process of that user. `check` may call only what is allowed between fork and exec.
bool check_as(const Identity& identity, const std::function<bool()>& check);

} // namespace hubbub::postgres::internal
