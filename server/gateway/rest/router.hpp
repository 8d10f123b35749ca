#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::gateway {

/// Finds the route of a request. Patterns are paths whose segments are literal or `{name}`; literal segments win.
class Router {
  public:
    struct Parameter {
        std::string_view name;
        std::string_view value; ///< borrows from the path
    };
    struct Match {
        std::optional<std::size_t> route; ///< by order of `add`
        std::vector<Parameter> parameters;
        std::string allow; ///< the methods that the path knows, if `route` is empty and it knows any
    };

    /// `method` and `pattern` outlive the router.
    void add(std::string_view method, std::string_view pattern);
    Match find(std::string_view method, std::string_view path) const;

  private:
    struct Route {
        std::string_view method;
        std::vector<std::string_view> segments;
    };
    std::vector<Route> routes_;
};

} // namespace hubbub::gateway
