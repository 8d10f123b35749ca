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
using Fields = std::initializer_list<Field>;

/// Writes one JSON line to stderr: `{"time","level","event",…fields,…details}`. `event` is a fixed snake_case name that
/// an operator can search for; a `hint` field says what to do. Thread-safe; strings are escaped, so a line is one line.
///
/// Lines of the same level, event and `fields` are alike, whatever their `details`. After such a line the next ones are
/// counted for limits::kLogPause, and one line without details says how many they were: `"repeated"`. Lines of `debug`
/// are all written.
void write(Level level, std::string_view event, Fields fields = {}, Fields details = {});

inline void debug(std::string_view event, Fields fields = {}) {
    write(Level::debug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}, Fields details = {}) {
    write(Level::info, event, fields, details);
}
inline void warn(std::string_view event, Fields fields = {}, Fields details = {}) {
    write(Level::warn, event, fields, details);
}
inline void error(std::string_view event, Fields fields = {}, Fields details = {}) {
    write(Level::error, event, fields, details);
}

/// Whether such a line would be written, where what is in it costs something.
bool enabled(Level level);

/// Lines below `level` are not written. Default: info.
void set_level(Level level);

/// Writes how many lines were counted, of those whose pause is over. Other lines do so as well: this is for the end of
/// a flood, when no other comes.
void sum_up();

} // namespace hubbub::log
