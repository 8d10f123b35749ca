#include "gateway/rest/static_files.hpp"

#include "gateway/failure.hpp"
#include "net/http/accept.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace hubbub::gateway {
namespace {

constexpr std::string_view kIndex = "/index.html";
constexpr std::string_view kHashedAssets = "/assets/"; // Vite names these by their content
// 'self' is this host by ws: and wss: too; a Safari before 16 takes it for http(s): alone and goes on polling.
constexpr std::string_view kPolicy =
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
constexpr std::string_view kTlsOnly = "max-age=31536000"; // a year; subdomains are not ours to speak for

struct Type {
    std::string_view extension;
    std::string_view name;
};
constexpr std::array kTypes{
    Type{".html", "text/html; charset=utf-8"},
    Type{".js", "text/javascript; charset=utf-8"},
    Type{".mjs", "text/javascript; charset=utf-8"},
    Type{".css", "text/css; charset=utf-8"},
    Type{".json", "application/json"},
    Type{".map", "application/json"},
    Type{".webmanifest", "application/manifest+json"},
    Type{".svg", "image/svg+xml"},
    Type{".png", "image/png"},
    Type{".jpg", "image/jpeg"},
    Type{".webp", "image/webp"},
    Type{".ico", "image/x-icon"},
    Type{".woff2", "font/woff2"},
    Type{".mp3", "audio/mpeg"},
    Type{".ogg", "audio/ogg"},
    Type{".wasm", "application/wasm"},
    Type{".txt", "text/plain; charset=utf-8"},
};

std::string_view type_of(const std::filesystem::path& path) {
    const auto found = std::ranges::find(kTypes, path.extension().string(), &Type::extension);
    return found == kTypes.end() ? "application/octet-stream" : found->name;
}

bool is_text(std::string_view type) {
    return type.starts_with("text/") || type.starts_with("application/") || type == "image/svg+xml";
}

net::http::Response refuse(ErrorName name) {
    const boost::json::object body{{"error", to_json({name})}};
    return net::http::json_response(row_of(name).http_status, boost::json::serialize(body));
}

} // namespace

StaticFiles::StaticFiles(const std::filesystem::path& directory, Over over) : over_{over} {
    std::size_t total = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{directory}) {
        if (!entry.is_regular_file()) continue;
        std::string url = "/" + entry.path().lexically_relative(directory).generic_string();
        total += entry.file_size();
        if (total > kBytesMax) throw std::runtime_error{"over 64 MB of files in " + directory.string()};
        const std::string_view type = type_of(entry.path());
        const auto compressible = is_text(type) ? net::http::Compressible::yes : net::http::Compressible::no;
        File file{.asset = net::http::read_asset(entry.path(), type, compressible),
                  .immutable = url.starts_with(kHashedAssets)};
        files_.emplace(std::move(url), std::move(file));
    }
    if (!files_.contains(std::string{kIndex})) throw std::runtime_error{"no index.html in " + directory.string()};
}

const StaticFiles::File* StaticFiles::find(const net::http::Request& request) const {
    if (const auto file = files_.find(request.path); file != files_.end()) return &file->second;
    // A page of the client's own; a missing script or image must not come as HTML.
    const bool navigates = net::http::accepts(request, "accept", "text/html");
    const bool names_a_file = request.path.find('.', request.path.rfind('/')) != std::string::npos;
    const bool is_page = request.path == "/" || (navigates && !names_a_file);
    const auto index = files_.find(std::string{kIndex});
    return is_page && index != files_.end() ? &index->second : nullptr;
}

net::http::Response StaticFiles::respond(const net::http::Request& request) const {
    const File* file = find(request);
    if (file == nullptr) return refuse(ErrorName::http_not_found);
    if (request.method != "GET" && request.method != "HEAD") {
        auto response = refuse(ErrorName::http_method_not_allowed);
        response.headers.add("Allow", "GET, HEAD");
        return response;
    }
    auto response = net::http::asset_response(request, file->asset,
                                              file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
    if (over_ == Over::tls) response.headers.add("Strict-Transport-Security", std::string{kTlsOnly});
    if (response.status == 304) return response;
    response.headers.add("Content-Security-Policy", std::string{kPolicy});
    response.headers.add("Referrer-Policy", "no-referrer");
    return response;
}

} // namespace hubbub::gateway
