#pragma once
#include "base/result.hpp"
#include "postgres/rows.hpp"

#include <exception>
#include <new>
#include <type_traits>

namespace hubbub::storage::internal {

/// What the chat is told of a database error: `unavailable` if the same may work later, `bad_format` for text that
/// PostgreSQL cannot store, else `internal` (and the pool has logged it).
error_code to_chat_error(const error_code& error);

/// Logs it, and returns `internal`.
error_code unreadable(const std::exception& reason);

/// What `decode` makes of an answer, or why there is none. An answer that it cannot read, which is a bug, is an error
/// like another: whoever waits in a callback is told.
template <class Decode>
auto decoded(const Result<postgres::Rows>& rows, Decode decode)
    -> Result<std::invoke_result_t<Decode, const postgres::Rows&>> {
    if (!rows) return to_chat_error(rows.error());
    try {
        return decode(*rows);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& reason) {
        return unreadable(reason);
    }
}

} // namespace hubbub::storage::internal
