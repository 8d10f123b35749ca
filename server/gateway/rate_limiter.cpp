#include "gateway/rate_limiter.hpp"

#include <boost/asio/ip/address.hpp>

namespace hubbub::gateway {

std::string address_key(std::string_view remote_address) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(std::string{remote_address}, error);
    if (error || !address.is_v6()) return std::string{remote_address};
    const auto v6 = address.to_v6();
    if (v6.is_v4_mapped()) return make_address_v4(boost::asio::ip::v4_mapped, v6).to_string();
    const auto bytes = v6.to_bytes();
    return {bytes.begin(), bytes.begin() + 8};
}

} // namespace hubbub::gateway
