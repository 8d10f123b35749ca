#include "net/websocket/internal/handshake.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace hubbub::net::websocket {
namespace {

/// 16 bytes in Base64 are 22 characters and two of padding.
bool is_key(std::string_view key) {
    return key.size() == 24 && key.ends_with("==") && std::all_of(key.begin(), key.end() - 2, [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
                      c == '/';
           });
}

} // namespace

int check_handshake(const http::Request& request) {
    if (request.method != "GET" || request.minor_version < 1 || !request.upgrade_websocket || !request.body.empty())
        return 400;
    const http::Fields& headers = request.headers;
    if (headers.count("Sec-WebSocket-Key") != 1 || !is_key(headers.get("Sec-WebSocket-Key"))) return 400;
    if (headers.count("Sec-WebSocket-Version") != 1) return 400;
    return headers.get("Sec-WebSocket-Version") == "13" ? 101 : 426;
}

std::string accept_key(std::string_view key) {
    std::string text{key};
    text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::array<unsigned char, 32> encoded; // 28 characters and the terminator that OpenSSL writes
    const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
    return {encoded.begin(), encoded.begin() + length};
}

} // namespace hubbub::net::websocket
