#include "postgres/errc.hpp"

#include <algorithm>
#include <array>

namespace hubbub::postgres {

std::string_view to_string(Errc errc) {
    switch (errc) {
    case Errc::unavailable: return "the database is away";
    case Errc::overloaded: return "too many queries are waiting for the database";
    }
    return "unknown";
}

error_code make_error_code(Errc errc) {
    static constexpr ErrcCategory<Errc> category{"postgres"};
    return {static_cast<int>(errc), category};
}

namespace {

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
    return 0;
}

class SqlStateCategory final : public boost::system::error_category {
  public:
    constexpr SqlStateCategory() = default;
    const char* name() const noexcept override { return "sqlstate"; }
    std::string message(int value) const override { return "SQLSTATE " + to_string(static_cast<SqlState>(value)); }
};
constexpr SqlStateCategory kSqlStateCategory;

} // namespace

SqlState parse_sql_state(std::string_view five) {
    int value = 0;
    for (const char c : five.substr(0, 5)) value = value * 36 + digit(c);
    return SqlState{value};
}

std::string to_string(SqlState state) {
    std::string five(5, '0');
    int rest = static_cast<int>(state);
    for (auto at = five.rbegin(); at != five.rend(); ++at, rest /= 36) {
        *at = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest % 36];
    }
    return five;
}

error_code make_error_code(SqlState state) {
    return {static_cast<int>(state), kSqlStateCategory};
}

bool is_temporary(const error_code& error) {
    if (error == Errc::unavailable || error == Errc::overloaded) return true;
    if (error.category() != kSqlStateCategory) return false;
    // connection, transaction rollback (deadlock), resources, operator intervention (shutdown, timeout), system error
    static constexpr std::array<std::string_view, 5> kClasses{"08", "40", "53", "57", "58"};
    const auto state = to_string(static_cast<SqlState>(error.value()));
    return state == "25006" || // a standby after a failover
           std::find(kClasses.begin(), kClasses.end(), std::string_view{state}.substr(0, 2)) != kClasses.end();
}

} // namespace hubbub::postgres
