#include "gateway/rest/router.hpp"

namespace hubbub::gateway {
namespace {

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    while (true) {
        const std::size_t slash = path.find('/');
        segments.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return segments;
        path.remove_prefix(slash + 1);
    }
}

bool is_parameter(std::string_view segment) {
    return segment.starts_with('{');
}

bool matches(const std::vector<std::string_view>& pattern, const std::vector<std::string_view>& path) {
    if (pattern.size() != path.size()) return false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const bool same = is_parameter(pattern[i]) ? !path[i].empty() : pattern[i] == path[i];
        if (!same) return false;
    }
    return true;
}

std::size_t count_parameters(const std::vector<std::string_view>& pattern) {
    std::size_t count = 0;
    for (const auto segment : pattern) count += is_parameter(segment) ? 1 : 0;
    return count;
}

} // namespace

void Router::add(std::string_view method, std::string_view pattern) {
    routes_.push_back({method, split(pattern)});
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
    const auto segments = split(path);
    Match match;
    std::optional<std::size_t> fewest; // parameters of the best pattern so far, whatever its method
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        const Route& route = routes_[i];
        if (!matches(route.segments, segments)) continue;
        const std::size_t parameters = count_parameters(route.segments);
        if (fewest && parameters > *fewest) continue;
        if (!fewest || parameters < *fewest) match = {};
        fewest = parameters;
        match.allow += (match.allow.empty() ? "" : ", ") + std::string{route.method};
        if (route.method == method) match.route = i;
    }
    if (!match.route) return match;
    match.allow.clear();
    const Route& route = routes_[*match.route];
    for (std::size_t i = 0; i < segments.size(); ++i) {
        if (!is_parameter(route.segments[i])) continue;
        match.parameters.push_back({route.segments[i].substr(1, route.segments[i].size() - 2), segments[i]});
    }
    return match;
}

} // namespace hubbub::gateway
