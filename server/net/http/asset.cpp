#include "net/http/asset.hpp"

#include "net/http/accept.hpp"
#include "net/http/gzip.hpp"
#include "net/http/internal/text.hpp"

#include <openssl/sha.h>

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace hubbub::net::http {
namespace {

constexpr std::size_t kGzipBytesMin = 1024;

std::string etag_of(std::string_view content) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    constexpr std::size_t kBytes = 16;
    std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
    SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(), hash.data());
    std::string text;
    for (std::size_t i = 0; i < kBytes; ++i) {
        text += kDigits[hash[i] >> 4];
        text += kDigits[hash[i] & 15];
    }
    return text;
}

/// If-None-Match compares weakly: a proxy that compressed may have made the tag a weak one.
bool names_tag(std::string_view list, std::string_view etag) {
    bool found = false;
    for_each_element(list, [&](std::string_view element) {
        if (element.starts_with("W/")) element.remove_prefix(2);
        found = found || element == etag || element == "*";
    });
    return found;
}

} // namespace

Asset read_asset(const std::filesystem::path& path, std::string_view type, Compressible compressible) {
    std::ifstream in{path, std::ios::binary};
    std::string content{std::istreambuf_iterator<char>{in}, {}};
    if (!in) throw std::runtime_error{"cannot read " + path.string()};
    return make_asset(std::move(content), type, compressible);
}

Asset make_asset(std::string content, std::string_view type, Compressible compressible) {
    Asset asset;
    asset.content = std::move(content);
    asset.type = type;
    asset.etag = etag_of(asset.content);
    if (compressible == Compressible::no || asset.content.size() < kGzipBytesMin) return asset;
    asset.gzip = Gzip{Gzip::Effort::best}.compress(asset.content);
    if (asset.gzip.size() >= asset.content.size()) asset.gzip.clear();
    return asset;
}

Response asset_response(const Request& request, const Asset& asset, std::string_view cache_control) {
    const bool packed = !asset.gzip.empty() && accepts(request, "accept-encoding", "gzip");
    const std::string etag = '"' + asset.etag + (packed ? "-gzip\"" : "\"");

    Response response;
    response.headers.add("ETag", etag);
    response.headers.add("Cache-Control", std::string{cache_control});
    response.headers.add("Vary", "Accept-Encoding");
    if (names_tag(request.headers.get("if-none-match"), etag)) {
        response.status = 304;
        return response;
    }
    response.headers.add("Content-Type", asset.type);
    response.headers.add("X-Content-Type-Options", "nosniff");
    if (packed) response.headers.add("Content-Encoding", "gzip");
    response.body = packed ? asset.gzip : asset.content;
    return response;
}

} // namespace hubbub::net::http
