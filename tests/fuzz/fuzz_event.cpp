// Chat events: whatever JSON a client sends as an event's payload, it is a command within the rules or refused.
#include "base/limits.hpp"
#include "gateway/socket/commands.hpp"
#include "net/utf8.hpp"

#include <boost/json/parse.hpp>

#include <cstdint>
#include <cstdlib>

namespace {

using namespace hubbub;

void require(bool holds) {
    if (!holds) std::abort();
}

void check(ChannelId channel) {
    require(channel.value >= 1 && channel.value <= kJsonIntegerMax);
}

void check_send_message(const boost::json::value& payload) {
    const auto message = gateway::decode_send_message(payload);
    if (!message) return require(!message.error().field.empty());
    check(message->channel);
    require(!message->content.empty() && message->content.size() <= limits::kMessageBytesMax);
    require(net::is_utf8(message->content) && message->content.find('\0') == std::string::npos);
}

void check_queries(const boost::json::value& payload) {
    if (const auto join = gateway::decode_join_channel(payload)) {
        check(join->channel);
        require(join->history_limit <= limits::kHistoryPageMax && join->last_event_seq.value_or(0) >= 0);
    }
    if (const auto history = gateway::decode_get_history(payload)) {
        const auto& query = history->query;
        require(query.limit >= 1 && query.limit <= limits::kHistoryPageMax);
        require(query.before.has_value() + query.after.has_value() + query.around.has_value() <= 1);
    }
    if (const auto resume = gateway::decode_resume(payload)) {
        require(resume->channels.size() <= limits::kRoomsPerSocketMax);
        for (const auto& channel : resume->channels) check(channel.id);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    boost::json::parse_options options;
    options.max_depth = limits::kJsonDepthMax;
    error_code error;
    const auto payload = boost::json::parse({reinterpret_cast<const char*>(data), size}, error, {}, options);
    if (error) return 0;
    check_send_message(payload);
    check_queries(payload);
    static_cast<void>(gateway::decode_channel(payload));
    static_cast<void>(gateway::decode_refresh_token(payload));
    require(gateway::client_message_id_of(payload).size() <= 36);
    return 0;
}
