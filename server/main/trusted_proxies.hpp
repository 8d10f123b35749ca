#pragma once
#include "net/http/message.hpp"

#include <boost/asio/ip/address_v6.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace hubbub::program {

/// Who a request is from when proxies stand in front: what X-Forwarded-For says is believed of them alone. Immutable.
class TrustedProxies {
  public:
    /// `networks`: addresses, or networks such as 10.0.0.0/8. Throws ConfigError.
    explicit TrustedProxies(const std::vector<std::string>& networks);

    /// The last address on the way to us that is no trusted proxy: the peer's own, unless it is one.
    std::string client_of(const net::http::Request& request) const;
    /// The X-Request-Id that a proxy gave it: 1 … limits::kRequestIdBytesMax letters, digits and dashes; or else empty.
    /// Before `remote_address` is replaced by the client's.
    std::string request_id_of(const net::http::Request& request) const;

  private:
    struct Network {
        boost::asio::ip::address_v6::bytes_type bytes; ///< IPv4 as mapped into IPv6
        unsigned bits;
    };
    bool trusts(std::string_view address) const;

    std::vector<Network> networks_;
};

} // namespace hubbub::program
