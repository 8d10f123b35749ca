#include "socketio/internal/encode.hpp"

#include "net/utf8.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <stdexcept>

namespace hubbub::socketio::internal {
namespace {

EncodedPacket encode(PacketType type, std::string_view nsp, std::optional<std::uint64_t> id,
                     std::optional<std::string_view> name, std::string_view json,
                     const std::vector<std::string>& attachments) {
    if (name && is_reserved_event(*name))
        throw std::invalid_argument{fmt::format("\"{}\" is a reserved event name: clients would not take it", *name)};
    EncodedPacket packet;
    packet.text = '4';
    packet.text += encode_head(type, nsp, id, attachments.size());
    packet.text += '[';
    if (name) {
        packet.text += boost::json::serialize(boost::json::string_view{*name});
        if (!json.empty()) packet.text += ',';
    }
    packet.text += json;
    packet.text += ']';
    if (!net::is_utf8(packet.text)) packet.text = net::replace_invalid(packet.text);
    packet.attachments = attachments;
    return packet;
}

/// The text of the arguments without the brackets.
std::string inside(const Arguments& arguments) {
    const std::string text = boost::json::serialize(arguments.values);
    return text.substr(1, text.size() - 2);
}

} // namespace

EncodedPacket encode_event(std::string_view nsp, std::string_view name, RawJson json, std::optional<std::uint64_t> id) {
    return encode(PacketType::event, nsp, id, name, json.text, {});
}

EncodedPacket encode_event(std::string_view nsp, std::string_view name, const Arguments& arguments,
                           std::optional<std::uint64_t> id) {
    const auto type = arguments.attachments.empty() ? PacketType::event : PacketType::binary_event;
    return encode(type, nsp, id, name, inside(arguments), arguments.attachments);
}

EncodedPacket encode_ack(std::string_view nsp, std::uint64_t id, RawJson json) {
    return encode(PacketType::ack, nsp, id, std::nullopt, json.text, {});
}

EncodedPacket encode_ack(std::string_view nsp, std::uint64_t id, const Arguments& arguments) {
    const auto type = arguments.attachments.empty() ? PacketType::ack : PacketType::binary_ack;
    return encode(type, nsp, id, std::nullopt, inside(arguments), arguments.attachments);
}

} // namespace hubbub::socketio::internal
