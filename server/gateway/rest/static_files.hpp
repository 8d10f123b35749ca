#pragma once
#include "net/http/asset.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace hubbub::gateway {

/// The web client: the files of one directory, read once and served from memory.
///
/// `/` and every address that a browser navigates to and no file has get index.html, whose program then reads the
/// address. Text is kept compressed beside itself. Immutable after construction, and so shared by all shards.
class StaticFiles {
  public:
    static constexpr std::size_t kBytesMax = 64 * 1024 * 1024; ///< of all files together
    /// What they are sent over. With TLS browsers are told to come by nothing else from then on (HSTS, RFC 6797).
    enum class Over { plain, tls };

    /// Without any file: every address is unknown.
    StaticFiles() = default;
    /// Throws std::runtime_error if the directory cannot be read, has no index.html or is over `kBytesMax`.
    explicit StaticFiles(const std::filesystem::path& directory, Over over = Over::plain);

    /// The answer to GET or HEAD; 404 or 405 as the contract words them otherwise.
    net::http::Response respond(const net::http::Request& request) const;

  private:
    struct File {
        net::http::Asset asset;
        bool immutable = false;
    };
    const File* find(const net::http::Request& request) const;

    std::unordered_map<std::string, File> files_; // by address
    Over over_ = Over::plain;
};

} // namespace hubbub::gateway
