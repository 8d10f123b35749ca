#include "socketio/internal/client_files.hpp"

#include <stdexcept>

namespace hubbub::socketio::internal {

ClientFiles::ClientFiles(const std::filesystem::path& directory) {
    using net::http::Compressible;
    for (const char* bundle :
         {"socket.io.js", "socket.io.min.js", "socket.io.esm.min.js", "socket.io.msgpack.min.js"}) {
        const std::string name{bundle};
        const std::string map = name + ".map";
        if (exists(directory / name))
            files_[name] = read_asset(directory / name, "application/javascript; charset=utf-8", Compressible::yes);
        // For developer tools only: not worth the time to compress.
        if (exists(directory / map))
            files_[map] = read_asset(directory / map, "application/json; charset=utf-8", Compressible::no);
    }
    if (!files_.contains("socket.io.js"))
        throw std::runtime_error{"no socket.io.js in " + directory.string() +
                                 " (dist/ of the npm package "
                                 "socket.io-client)"};
}

const net::http::Asset* ClientFiles::find(std::string_view name) const {
    if (!name.starts_with("socket.io.")) return nullptr;
    const auto found = files_.find(std::string{name});
    return found == files_.end() ? nullptr : &found->second;
}

} // namespace hubbub::socketio::internal
