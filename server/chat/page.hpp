#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace hubbub::chat {

/// One page of a list. `next_cursor` is opaque to clients and empty at the end.
template <class T> struct Page {
    std::vector<T> items;
    std::optional<std::string> next_cursor;
};

/// Where a list goes on, and how many items are wanted at most (1 … limits::kListPageMax, checked before).
struct PageQuery {
    std::optional<std::string> cursor;
    std::size_t limit;
};

} // namespace hubbub::chat
