#include "base/out_of_memory.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace hubbub {

void end_out_of_memory() noexcept {
    static std::atomic_flag begun;
    while (begun.test_and_set()) ::pause(); // another thread does it
    char line[256];
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    char time[32] = "";
    if (::gmtime_r(&now, &utc) != nullptr) std::strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%S.000Z", &utc);
    const int length = std::snprintf(line, sizeof line,
                                     R"({"time":"%s","level":"error","event":"out_of_memory",)"
                                     R"("hint":"the process ends; give it more memory, and have it started again"})"
                                     "\n",
                                     time);
    if (::write(STDERR_FILENO, line, static_cast<std::size_t>(length)) < 0) std::_Exit(EXIT_FAILURE);
    std::_Exit(EXIT_FAILURE);
}

} // namespace hubbub
