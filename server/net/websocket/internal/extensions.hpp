#pragma once
#include "net/http/message.hpp"

#include <optional>
#include <string>

namespace hubbub::net::websocket {

/// The answer to the first acceptable permessage-deflate among a client's offers (RFC 7692, 5 and 7.1): neither side
/// keeps its context. None if there is none to accept.
///
/// Offers are read strictly. One with an unknown, repeated or invalid parameter is declined, as is one that wants the
/// server to use a smaller window: every recipient of a broadcast shares what was compressed for the first. A field
/// that is no list of extensions offers nothing.
std::optional<std::string> accept_deflate(const http::Fields& headers);

} // namespace hubbub::net::websocket
