#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace hubbub::load {

/// CPU time that all threads of a process have used, from the scheduler's own clock (/proc/PID/task/*/schedstat): exact
/// to the switch, where /proc/PID/stat counts ticks of 10 ms. Threads that have ended do not count.
std::chrono::nanoseconds cpu_time(pid_t process);

/// The same of the processes that `parent` has started, such as PostgreSQL's; of those that have ended to 10 ms.
std::chrono::nanoseconds cpu_time_of_children(pid_t parent);

/// Proportional set size in bytes (/proc/PID/smaps_rollup): the user-space memory that is the process's own.
std::uint64_t pss_bytes(pid_t process);

inline double micros(std::chrono::nanoseconds time) {
    return std::chrono::duration<double, std::micro>(time).count();
}

} // namespace hubbub::load
