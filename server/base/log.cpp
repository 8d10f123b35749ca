#include "base/log.hpp"

#include "base/clock.hpp"

#include <boost/json/serialize.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace hubbub::log {
namespace {

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made = spdlog::stderr_logger_mt("hubbub");
        made->set_pattern("%v");
        made->flush_on(spdlog::level::debug);
        return made;
    }();
    return *instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
    }
    return spdlog::level::err;
}

std::string_view to_string(Level level) {
    switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warn";
    case Level::error: return "error";
    }
    return "error";
}

} // namespace

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
    if (!enabled(level)) return;
    boost::json::object line;
    line["time"] = to_rfc3339(now());
    line["level"] = to_string(level);
    line["event"] = event;
    for (const Field& field : fields) line[field.name] = field.value;
    logger().log(to_spdlog(level), "{}", boost::json::serialize(line));
}

bool enabled(Level level) {
    return logger().should_log(to_spdlog(level));
}

void set_level(Level level) {
    logger().set_level(to_spdlog(level));
}

} // namespace hubbub::log
