#pragma once
#include "gateway/failure.hpp"
#include "net/http/message.hpp"

#include <string>
#include <string_view>

namespace hubbub::gateway {

/// Where a browser keeps the refresh token of a page of ours: in a cookie that no script can read. Each port has its
/// own, as cookies are shared by all ports of a host.
class SessionCookie {
  public:
    /// The cookie of the page that sent the request. A page of another origin has none, whatever the browser sends:
    /// SameSite takes another port or subdomain for the same site. What the browser says of the page is believed, as
    /// it is the browser's user whose cookie this is. Errors: `auth.foreign_origin`.
    static Outcome<SessionCookie> of(const net::http::Request& request);

    /// The refresh token that came with the request; empty: none.
    const std::string& token() const { return token_; }

    // Values of Set-Cookie.
    std::string keep(std::string_view refresh_token) const;
    std::string forget() const;

  private:
    SessionCookie(std::string name, bool secure, std::string_view cookies);

    std::string name_;
    bool secure_; // the page came over HTTPS
    std::string token_;
};

} // namespace hubbub::gateway
