#include "base/log.hpp"

#include "base/clock.hpp"
#include "base/limits.hpp"

#include <boost/json/serialize.hpp>
#include <spdlog/details/console_globals.h>
#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <unordered_map>

namespace hubbub::log {
namespace {

using SteadyClock = std::chrono::steady_clock;

std::string_view to_string(Level level) {
    switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warn: return "warn";
    case Level::error: return "error";
    }
    return "error";
}

/// The members of an object, without its brackets.
std::string members(boost::json::object object) {
    const std::string text = boost::json::serialize(object);
    return text.substr(1, text.size() - 2);
}

void put(const std::string& what, const std::string& more) {
    const std::string line =
        R"({"time":")" + to_rfc3339(now()) + "\"," + what + (more.empty() ? "" : ",") + more + "}\n";
    std::fwrite(line.data(), 1, line.size(), stderr);
    std::fflush(stderr);
}

/// Under spdlog's lock: a message's logger name is what makes lines alike, its payload the details.
class Sink final : public spdlog::sinks::base_sink<spdlog::details::console_mutex::mutex_t> {
  public:
    ~Sink() override {
        for (const auto& [what, alike] : alike_) tell(what, alike);
    }

  private:
    struct Alike {
        SteadyClock::time_point until;
        std::uint64_t repeated = 0;
    };

    void sink_it_(const spdlog::details::log_msg& message) override {
        flush_();
        const std::string what{message.logger_name.data(), message.logger_name.size()};
        if (message.level <= spdlog::level::debug || is_first(what))
            put(what, std::string{message.payload.data(), message.payload.size()});
    }

    void flush_() override {
        const auto now = SteadyClock::now();
        if (now < due_) return;
        due_ = now + limits::kLogPause;
        for (auto at = alike_.begin(); at != alike_.end();) {
            auto& [what, alike] = *at;
            if (now < alike.until) {
                due_ = std::min(due_, alike.until);
                ++at;
            } else if (alike.repeated == 0) {
                at = alike_.erase(at);
            } else {
                tell(what, alike);
                alike = {due_, 0};
                ++at;
            }
        }
    }

    bool is_first(std::string what) {
        // Of more than so many the event alone, which is the second member: of these there are few.
        if (alike_.size() >= limits::kLogAlikeMax && !alike_.contains(what))
            what = what.substr(0, what.find(',', what.find(',') + 1));
        const auto [found, is_new] = alike_.try_emplace(std::move(what), Alike{SteadyClock::now() + limits::kLogPause});
        if (is_new) {
            due_ = std::min(due_, found->second.until);
        } else {
            ++found->second.repeated;
        }
        return is_new;
    }

    static void tell(const std::string& what, const Alike& alike) {
        if (alike.repeated > 0) put(what, "\"repeated\":" + std::to_string(alike.repeated));
    }

    std::unordered_map<std::string, Alike> alike_;
    SteadyClock::time_point due_ = SteadyClock::time_point::max();
};

Sink& sink() {
    static Sink instance;
    return instance;
}

std::atomic<Level> least{Level::info};

} // namespace

void write(Level level, std::string_view event, Fields fields, Fields details) {
    if (!enabled(level)) return;
    boost::json::object alike{{"level", to_string(level)}, {"event", event}};
    for (const Field& field : fields) alike[field.name] = field.value;
    boost::json::object other;
    for (const Field& field : details) other[field.name] = field.value;
    const std::string what = members(std::move(alike));
    const std::string more = members(std::move(other));
    sink().log({what, level == Level::debug ? spdlog::level::debug : spdlog::level::info, more});
}

bool enabled(Level level) {
    return level >= least.load(std::memory_order_relaxed);
}

void set_level(Level level) {
    least = level;
}

void sum_up() {
    sink().flush();
}

} // namespace hubbub::log
