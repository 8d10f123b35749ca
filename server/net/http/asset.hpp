#pragma once
#include "net/http/message.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace hubbub::net::http {

/// A file that is served from memory. Immutable once made, and so shared by all shards.
struct Asset {
    std::string content;
    std::string gzip; ///< the same, compressed; empty where it would not be smaller
    std::string type; ///< its Content-Type
    std::string etag; ///< made of the content, without quotes
};

enum class Compressible { no, yes };

Asset make_asset(std::string content, std::string_view type, Compressible compressible);

/// Reads the file. Throws std::runtime_error if that fails.
Asset read_asset(const std::filesystem::path& path, std::string_view type, Compressible compressible);

/// The answer to a GET or HEAD: 200, or 304 when the client has it (RFC 9110, 13.1.2).
Response asset_response(const Request& request, const Asset& asset, std::string_view cache_control);

} // namespace hubbub::net::http
