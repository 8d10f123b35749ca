#pragma once
#include <algorithm>
#include <array>
#include <cstddef>

namespace hubbub::storage::internal {

/// The parts one after the other, for statements that share some. `Statement` takes its `data()`.
template <std::size_t... N> constexpr auto sql(const char (&... parts)[N]) {
    std::array<char, (N + ...) - sizeof...(N) + 1> text{};
    auto end = text.begin();
    ((end = std::copy_n(parts, N - 1, end)), ...);
    return text;
}

} // namespace hubbub::storage::internal
