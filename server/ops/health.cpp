#include "ops/health.hpp"

#include <utility>

namespace hubbub::ops {
namespace {

net::http::Response fresh(int status, std::string text) {
    auto response = net::http::text_response(status, std::move(text));
    response.headers.add("Cache-Control", "no-store");
    return response;
}

} // namespace

bool Health::handle(const std::shared_ptr<net::http::Exchange>& exchange) {
    const std::string& path = exchange->request().path;
    if (path == "/healthz") {
        exchange->respond(fresh(200, "ok\n"));
    } else if (path == "/readyz") {
        const bool ready = ready_(exchange->shard());
        exchange->respond(fresh(ready ? 200 : 503, ready ? "ready\n" : "not ready\n"));
    } else if (path == "/metrics") {
        metrics_.answer(exchange);
    } else {
        return false;
    }
    return true;
}

} // namespace hubbub::ops
