// What the server answers and what the documents say it answers are the same.
#include "gateway/contract_documents.hpp"
#include "gateway/rest/rest_api.hpp"
#include "gateway/socket/socket_gateway.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

namespace hubbub::gateway {
namespace {

using testing::ContainerEq;

std::string to_lower(std::string_view text) {
    std::string lower{text};
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    return lower;
}

std::string describe(std::string_view method, std::string_view path, bool token, bool body) {
    return to_lower(method) + " " + std::string{path} + (token ? " with token" : "") + (body ? " with body" : "");
}

TEST(Contract, HasEveryRouteOfTheServerAndNoOther) {
    std::set<std::string> served;
    for (const auto& operation : RestApi::operations())
        served.insert(describe(operation.method, operation.pattern, operation.needs_token, operation.takes_body));

    std::set<std::string> documented;
    const auto document = boost::json::parse({kOpenApiDocument.data(), kOpenApiDocument.size()});
    for (const auto& [path, methods] : document.at("paths").as_object()) {
        for (const auto& [method, operation] : methods.as_object()) {
            const auto& object = operation.as_object();
            documented.insert(describe(method, path, !object.contains("security"), object.contains("requestBody")));
        }
    }
    EXPECT_THAT(documented, ContainerEq(served));
}

TEST(Contract, HasEveryEventOfTheClientAndNoOther) {
    std::set<std::string> handled;
    for (const std::string_view name : SocketGateway::event_names()) handled.emplace(name);

    std::set<std::string> documented;
    const auto document = boost::json::parse({kAsyncApiDocument.data(), kAsyncApiDocument.size()});
    for (const auto& [name, operation] : document.at("operations").as_object()) {
        if (operation.at("action") == "receive") documented.emplace(name);
    }
    EXPECT_THAT(documented, ContainerEq(handled));
}

} // namespace
} // namespace hubbub::gateway
