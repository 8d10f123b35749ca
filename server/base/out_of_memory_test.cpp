#include "base/out_of_memory.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <new>
#include <regex>
#include <string>
#include <vector>

namespace hubbub {
namespace {

constexpr const char* kLine = R"(^\{"time":"20[^"]*Z","level":"error","event":"out_of_memory","hint":"[^"]*"\}.$)";

TEST(OutOfMemory, EndsTheProcessWithOneClearLine) {
    EXPECT_EXIT(end_out_of_memory(), ::testing::ExitedWithCode(EXIT_FAILURE), kLine);
}

[[noreturn]] void take_all_there_is() {
    std::set_new_handler(end_out_of_memory);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_AS, &none);
    std::vector<std::string> taken;
    for (;;) taken.emplace_back(1024, 'x');
}

TEST(OutOfMemory, AsTheNewHandlerItNeedsNone) {
#ifdef __clang__
    GTEST_SKIP() << "the builds with clang are sanitized: their operator new asks no handler";
#endif
    EXPECT_EXIT(take_all_there_is(), ::testing::ExitedWithCode(EXIT_FAILURE), kLine);
}

} // namespace
} // namespace hubbub
