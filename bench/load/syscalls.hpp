#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace hubbub::load {

/// Counts the system calls of a process's present threads, by the kernel's tracepoint: that takes root or the like, and
/// costs the process a little for each.
class SyscallCounter {
  public:
    explicit SyscallCounter(pid_t process);
    SyscallCounter(const SyscallCounter&) = delete;
    SyscallCounter& operator=(const SyscallCounter&) = delete;
    ~SyscallCounter();

    /// Calls since the construction; nothing if the kernel would not count.
    std::optional<std::uint64_t> count() const;

  private:
    std::vector<int> counters_; ///< one a thread; empty if the kernel would not
};

} // namespace hubbub::load
