#pragma once
#include "base/result.hpp"

#include <string>
#include <string_view>
#include <type_traits>

namespace hubbub::postgres {

/// Why there is no answer of the server.
enum class Errc {
    unavailable = 1, ///< not connected, or the connection was lost before the answer: the effect is unknown
    overloaded,      ///< limits::kDatabaseQueueMax queries are waiting already; nothing was sent
};
std::string_view to_string(Errc errc);
error_code make_error_code(Errc errc);

/// An SQLSTATE (PostgreSQL, appendix A) as the number whose base-36 digits are its five characters.
enum class SqlState : int {};
SqlState parse_sql_state(std::string_view five);
std::string to_string(SqlState state);
/// The error of a statement that the server refused: its value is the `SqlState`.
error_code make_error_code(SqlState state);

consteval SqlState sql_state(const char (&five)[6]) {
    int value = 0;
    for (int i = 0; i < 5; ++i) value = value * 36 + (five[i] >= 'A' ? five[i] - 'A' + 10 : five[i] - '0');
    return SqlState{value};
}

inline constexpr SqlState kUniqueViolation = sql_state("23505");
inline constexpr SqlState kForeignKeyViolation = sql_state("23503");
inline constexpr SqlState kCheckViolation = sql_state("23514"); ///< also: no partition for the row

/// Whether the same statement may succeed later: no connection, too many of them, no resources, a deadlock, a shutdown.
bool is_temporary(const error_code& error);

} // namespace hubbub::postgres

template <> struct boost::system::is_error_code_enum<hubbub::postgres::Errc> : std::true_type {};
template <> struct boost::system::is_error_code_enum<hubbub::postgres::SqlState> : std::true_type {};
