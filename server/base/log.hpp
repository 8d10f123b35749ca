#pragma once
#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>

#include <initializer_list>
#include <string_view>

namespace hubbub::log {

enum class Level { debug, info, warn, error };

/// One named value of a log line. Never a token, a password or the content of a message.
struct Field {
    template <class T> Field(std::string_view n, const T& v) : name{n}, value(boost::json::value_from(v)) {}

    std::string_view name;
    boost::json::value value;
};

/// Writes one JSON line to stderr: `{"time","level","event",…fields}`. `event` is a fixed snake_case name that an
/// operator can search for; a `hint` field says what to do. Thread-safe; strings are escaped, so a line is one line.
void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});

inline void debug(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::debug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::info, event, fields);
}
inline void warn(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::warn, event, fields);
}
inline void error(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::error, event, fields);
}

/// Whether such a line would be written, where what is in it costs something.
bool enabled(Level level);

/// Lines below `level` are not written. Default: info.
void set_level(Level level);

} // namespace hubbub::log
