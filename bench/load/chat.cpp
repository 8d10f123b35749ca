#include "chat.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <stdexcept>

namespace hubbub::load {

namespace {

[[noreturn]] void refuse(const char* what, std::string_view text) {
    throw std::runtime_error(std::string(what) + ": " + std::string(text.substr(0, 300)));
}

std::string new_client_message_id() {
    static std::uint64_t made = 0;
    const auto now =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
    const auto time = static_cast<unsigned long long>(now.count());
    ++made;
    std::array<char, 96> text;
    std::snprintf(text.data(), text.size(), "%08llx-%04llx-7%03llx-8000-%012llx", time >> 16, time & 0xffff,
                  static_cast<unsigned long long>(::getpid()) & 0xfff, static_cast<unsigned long long>(made));
    return text.data();
}

} // namespace

std::vector<Seat> seats_in(std::string_view packet) {
    const boost::json::value event = boost::json::parse(packet.substr(1));
    std::vector<Seat> seats;
    for (const auto& channel : event.at(1).at("channels").as_array())
        seats.push_back({channel.at("chatChannelId").to_number<std::int64_t>(),
                         channel.at("lastEventSeq").to_number<std::int64_t>()});
    return seats;
}

std::string send_packet(std::uint64_t id, std::int64_t channel, std::string_view content) {
    std::string packet = "2" + std::to_string(id) + R"(["send_message",{"chatChannelId":)" + std::to_string(channel);
    packet.append(R"(,"clientMessageId":")").append(new_client_message_id());
    return packet.append(R"(","content":")").append(content).append(R"("}])");
}

std::optional<Ack> ack_in(std::string_view packet) {
    constexpr std::string_view kOk = R"([{"ok":true)";
    if (!packet.starts_with('3')) return {};
    Ack ack{};
    const auto [end, error] = std::from_chars(packet.data() + 1, packet.data() + packet.size(), ack.id);
    ack.body = packet.substr(static_cast<std::size_t>(end - packet.data()));
    if (error != std::errc{} || !ack.body.starts_with(kOk)) refuse("refused", packet);
    return ack;
}

std::int64_t number_behind(std::string_view json, std::string_view name) {
    const auto found = json.find(name);
    std::int64_t number = 0;
    if (found == std::string_view::npos) refuse("a number is missing", json);
    const char* begin = json.data() + found + name.size();
    if (std::from_chars(begin, json.data() + json.size(), number).ec != std::errc{}) refuse("no number", json);
    return number;
}

Usage usage_of(const Load& load) {
    using namespace std::chrono_literals;
    return {.at = std::chrono::steady_clock::now(),
            .server = cpu_time(load.server),
            .database = load.database == 0 ? 0ns : cpu_time_of_children(load.database),
            .generator = cpu_time(::getpid())};
}

boost::json::object cost_since(const Usage& before, const Usage& after, std::uint64_t count, const std::string& kind) {
    using Micros = std::chrono::duration<double, std::micro>;
    const Micros took = after.at - before.at;
    const auto things = static_cast<double>(count);
    return {{"serverCpuMicrosPer" + kind, Micros(after.server - before.server).count() / things},
            {"databaseCpuMicrosPer" + kind, Micros(after.database - before.database).count() / things},
            {"serverCpuShare", (after.server - before.server) / took},
            {"databaseCpuShare", (after.database - before.database) / took},
            {"generatorCpuShare", (after.generator - before.generator) / took}};
}

} // namespace hubbub::load
