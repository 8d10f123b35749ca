#include "process.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace hubbub::load {

std::chrono::nanoseconds cpu_time(pid_t process) {
    std::chrono::nanoseconds sum{0};
    for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
        std::int64_t on_cpu = 0;
        std::ifstream(thread.path() / "schedstat") >> on_cpu;
        sum += std::chrono::nanoseconds(on_cpu);
    }
    return sum;
}

std::chrono::nanoseconds cpu_time_of_children(pid_t parent) {
    std::chrono::nanoseconds sum{0};
    const std::string process = "/proc/" + std::to_string(parent);
    for (const auto& thread : std::filesystem::directory_iterator(process + "/task")) {
        std::ifstream children(thread.path() / "children");
        for (pid_t child = 0; children >> child;) sum += cpu_time(child);
    }
    return sum;
}

std::uint64_t pss_bytes(pid_t process) {
    std::ifstream rollup("/proc/" + std::to_string(process) + "/smaps_rollup");
    std::string name;
    std::uint64_t kibibytes = 0;
    while (rollup >> name) {
        if (name == "Pss:" && rollup >> kibibytes) return kibibytes * 1024;
    }
    throw std::runtime_error("no PSS of process " + std::to_string(process));
}

} // namespace hubbub::load
