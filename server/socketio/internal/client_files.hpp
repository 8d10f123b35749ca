#pragma once
#include "net/http/asset.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

namespace hubbub::socketio::internal {

/// The client's bundles for browsers, as the npm package socket.io-client has them in its dist/, with their source
/// maps. Read once; immutable, and so shared by all shards.
class ClientFiles {
  public:
    /// Throws std::runtime_error if there is no socket.io.js in `directory`, or a bundle cannot be read.
    explicit ClientFiles(const std::filesystem::path& directory);

    /// The bundle of that name, e.g. `socket.io.min.js`, or null.
    const net::http::Asset* find(std::string_view name) const;

  private:
    std::unordered_map<std::string, net::http::Asset> files_; // by name
};

} // namespace hubbub::socketio::internal
