#pragma once
#include "net/frame.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hubbub::net::http {

/// Header fields in order, names as received. Lookup ignores case.
class Fields {
  public:
    using Field = std::pair<std::string, std::string>;

    void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
    /// The first value, or an empty view.
    std::string_view get(std::string_view name) const;
    bool contains(std::string_view name) const { return count(name) > 0; }
    std::size_t count(std::string_view name) const;

    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }

  private:
    std::vector<Field> fields_;
};

/// A complete request: head and body passed every check of RFC 9112 and the limits.
struct Request {
    std::string method; ///< as received, e.g. `GET`
    std::string target; ///< origin form as received, percent-encoded
    std::string path;   ///< percent-decoded, dot segments refused before
    std::string query;  ///< without `?`, still encoded
    Fields headers;
    std::string body;
    std::string remote_address; ///< numeric IP of the peer
    int minor_version = 1;      ///< of HTTP/1
    bool keep_alive = true;
    bool upgrade_websocket = false; ///< asks for `Upgrade: websocket`; not yet validated

    /// The decoded value of a query parameter (first one), or an empty string.
    std::string query_value(std::string_view name) const;
    bool has_query(std::string_view name) const;
};

struct Response {
    int status = 200;
    Fields headers; ///< without Content-Length, Connection and Date, which the server adds
    std::string body;
    bool close = false;    ///< closes the connection afterwards
    FramePtr content = {}; ///< in place of `body`: the payload of a frame that the answers of one shard share
};

/// `status` with a JSON or text body.
Response json_response(int status, std::string body);
Response text_response(int status, std::string body);

} // namespace hubbub::net::http
