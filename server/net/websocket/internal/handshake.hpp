#pragma once
#include "net/http/message.hpp"

#include <string>
#include <string_view>

namespace hubbub::net::websocket {

/// Whether `request` is a client's opening handshake (RFC 6455, 4.2.1). Returns the status to answer: 101 if so, 426
/// if only the version is another one, else 400.
int check_handshake(const http::Request& request);

/// The value of Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455, 4.2.2).
std::string accept_key(std::string_view key);

} // namespace hubbub::net::websocket
