#include "base/out_of_memory.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>

namespace hubbub {
namespace {

TEST(OutOfMemory, EndsTheProcessWithOneClearLine) {
    EXPECT_EXIT(end_out_of_memory(), ::testing::ExitedWithCode(EXIT_FAILURE),
                R"(^\{"time":"20[^"]*Z","level":"error","event":"out_of_memory","hint":"[^"]*"\}.$)");
}

} // namespace
} // namespace hubbub
