#include "main/trusted_proxies.hpp"

#include "base/limits.hpp"
#include "main/config.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace hubbub::program {
namespace {

namespace ip = boost::asio::ip;

constexpr unsigned kMappedBits = 96; // in front of an IPv4 address that is mapped into IPv6

std::optional<ip::address_v6> to_v6(std::string_view text) {
    boost::system::error_code error;
    const auto address = ip::make_address(std::string{text}, error);
    if (error) return {};
    return address.is_v6() ? address.to_v6() : ip::make_address_v6(ip::v4_mapped, address.to_v4());
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

} // namespace

TrustedProxies::TrustedProxies(const std::vector<std::string>& networks) {
    for (const std::string& text : networks) {
        const ConfigError wrong{"trusted_proxies: must be addresses or networks such as 10.0.0.0/8, not \"" + text +
                                "\""};
        const auto slash = text.find('/');
        const auto address = to_v6(text.substr(0, slash));
        if (!address) throw wrong;
        const unsigned offset = address->is_v4_mapped() ? kMappedBits : 0;
        unsigned bits = 128 - offset;
        if (slash != std::string::npos) {
            const char* const begin = text.data() + slash + 1;
            const char* const end = text.data() + text.size();
            const unsigned most = bits;
            const auto [rest, error] = std::from_chars(begin, end, bits);
            if (error != std::errc{} || rest != end || bits > most) throw wrong;
        }
        networks_.push_back({address->to_bytes(), bits + offset});
    }
}

bool TrustedProxies::trusts(std::string_view address) const {
    if (networks_.empty()) return false;
    const auto v6 = to_v6(address);
    if (!v6) return false;
    const auto bytes = v6->to_bytes();
    return std::ranges::any_of(networks_, [&bytes](const Network& network) {
        const unsigned whole = network.bits / 8;
        if (!std::equal(bytes.begin(), bytes.begin() + whole, network.bytes.begin())) return false;
        const unsigned rest = network.bits % 8;
        return rest == 0 || ((bytes[whole] ^ network.bytes[whole]) >> (8 - rest)) == 0;
    });
}

std::string TrustedProxies::request_id_of(const net::http::Request& request) const {
    if (!trusts(request.remote_address)) return {};
    const std::string_view id = request.headers.get("X-Request-Id");
    const bool plain = std::ranges::all_of(id, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
    return plain && id.size() <= limits::kRequestIdBytesMax ? std::string{id} : std::string{};
}

std::string TrustedProxies::client_of(const net::http::Request& request) const {
    std::string client = request.remote_address;
    if (!trusts(client)) return client;
    std::string way; // nearest last; the header may come several times
    for (const auto& [name, value] : request.headers) {
        if (std::ranges::equal(name, std::string_view{"x-forwarded-for"},
                               [](unsigned char a, unsigned char b) { return std::tolower(a) == b; }))
            way += "," + value;
    }
    while (!way.empty() && trusts(client)) {
        const auto comma = way.rfind(',');
        const auto hop = to_v6(trim(std::string_view{way}.substr(comma + 1)));
        if (!hop) break; // nobody whom we could name
        client = hop->is_v4_mapped() ? ip::make_address_v4(ip::v4_mapped, *hop).to_string() : hop->to_string();
        way.resize(comma);
    }
    return client;
}

} // namespace hubbub::program
