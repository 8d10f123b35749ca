#pragma once
#include "socketio/adapter.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/packet.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace hubbub::socketio::internal {

/// `42["name",…]`, with the Engine.IO type in front.
EncodedPacket encode_event(std::string_view nsp, std::string_view name, RawJson json,
                           std::optional<std::uint64_t> id = {});
EncodedPacket encode_event(std::string_view nsp, std::string_view name, const Arguments& arguments,
                           std::optional<std::uint64_t> id = {});

/// `4317[…]`
EncodedPacket encode_ack(std::string_view nsp, std::uint64_t id, RawJson json);
EncodedPacket encode_ack(std::string_view nsp, std::uint64_t id, const Arguments& arguments);

} // namespace hubbub::socketio::internal
