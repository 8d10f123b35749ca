#include "process.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
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

namespace {

/// proc(5), stat: cutime and cstime are the 14th and 15th field behind the name, which is in brackets.
std::chrono::nanoseconds cpu_time_of_ended_children(const std::string& process) {
    std::string stat;
    std::getline(std::ifstream(process + "/stat"), stat);
    std::istringstream fields(stat.substr(stat.rfind(')') + 1));
    std::string skipped;
    for (int i = 0; i < 13; ++i) fields >> skipped;
    std::int64_t user = 0;
    std::int64_t system = 0;
    fields >> user >> system;
    return std::chrono::nanoseconds((user + system) * (1'000'000'000 / ::sysconf(_SC_CLK_TCK)));
}

} // namespace

std::chrono::nanoseconds cpu_time_of_children(pid_t parent) {
    std::chrono::nanoseconds sum{0};
    const std::string process = "/proc/" + std::to_string(parent);
    for (const auto& thread : std::filesystem::directory_iterator(process + "/task")) {
        std::ifstream children(thread.path() / "children");
        for (pid_t child = 0; children >> child;) sum += cpu_time(child);
    }
    return sum + cpu_time_of_ended_children(process);
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
