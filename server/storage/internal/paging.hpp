#pragma once
#include "base/result.hpp"
#include "chat/page.hpp"
#include "postgres/rows.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hubbub::storage::internal {

/// Cursors are positions in the order of the list, in base64 (RFC 4648, section 5: they stand in URLs) so that nobody
/// builds on what is in them.
std::string encode_cursor(std::string_view position);
/// Empty if it is none of ours.
std::optional<std::string> decode_cursor(std::string cursor);

/// The id at which a list by id goes on; 0 without a cursor. Errors: `bad_format`.
Result<std::int64_t> id_of(const std::optional<std::string>& cursor);

/// Asked for to see whether there is more.
inline std::int64_t one_more(std::size_t limit) {
    return static_cast<std::int64_t>(limit) + 1;
}

/// A page of at most `limit`, from rows of which one more was asked for.
template <class T, class Read, class Position>
chat::Page<T> to_page(const postgres::Rows& rows, std::size_t limit, Read read, Position position) {
    chat::Page<T> page;
    page.items.reserve(std::min(rows.size(), limit));
    for (std::size_t i = 0; i < std::min(rows.size(), limit); ++i) page.items.push_back(read(rows[i]));
    if (rows.size() > limit) page.next_cursor = encode_cursor(position(rows[limit - 1]));
    return page;
}

/// The position of lists whose first column is the id that they are ordered by.
inline std::string first_id(postgres::Row row) {
    return std::to_string(row.get<std::int64_t>(0));
}

} // namespace hubbub::storage::internal
