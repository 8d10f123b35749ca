#pragma once
#include "base/result.hpp"

namespace hubbub::storage::internal {

/// What the chat is told of a database error: `unavailable` if the same may work later, `bad_format` for text that
/// PostgreSQL cannot store, else `internal` (and the pool has logged it).
error_code to_chat_error(const error_code& error);

} // namespace hubbub::storage::internal
