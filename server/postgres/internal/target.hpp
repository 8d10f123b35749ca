#pragma once
#include "base/callback.hpp"
#include "base/result.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <utility>
#include <vector>

namespace hubbub::postgres::internal {

/// The parameters of a connection string, with what a shard's connection adds to them.
/// libpq itself would look host names up with a blocking call: `resolve` does it beforehand, off the shard.
class Target {
  public:
    /// `settings`: `name=value` each. Throws StartupError if `conninfo` (URI or keyword form) cannot be read.
    Target(const std::string& conninfo, const std::vector<std::string>& settings);

    /// Replaces host names by all their addresses. A name that cannot be resolved now is an error.
    static void resolve(boost::asio::io_context& io, Target target, Callback<void(Result<Target>)> done);

    /// Null-terminated, for PQconnectStartParams; valid while the target lives.
    std::vector<const char*> keywords() const;
    std::vector<const char*> values() const;

  private:
    struct Host {
        std::string name;
        std::string address; // empty: not resolved yet, or a socket directory
        std::string port;
    };
    struct Resolution;

    std::string* find(const std::string& keyword);
    void set_default(const std::string& keyword, const std::string& value);
    void set_hosts();

    std::vector<std::pair<std::string, std::string>> settings_;
    std::vector<Host> hosts_;
};

} // namespace hubbub::postgres::internal
