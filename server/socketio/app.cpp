#include "socketio/app.hpp"

#include "base/log.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace hubbub::socketio {

class App::RequestHandler final : public net::http::Handler {
  public:
    explicit RequestHandler(Server& server) : server_{server} {}

    void handle(std::shared_ptr<net::http::Exchange> exchange) override {
        if (server_.handle(exchange)) return;
        const net::http::Request& request = exchange->request();
        const auto route = routes.find(request.path);
        if (route != routes.end() && (request.method == "GET" || request.method == "HEAD"))
            return exchange->respond(route->second(request));
        if (fallback) return fallback(std::move(exchange));
        if (route == routes.end()) return exchange->respond(net::http::text_response(404, "Not found"));
        auto response = net::http::text_response(405, "Method not allowed");
        response.headers.add("Allow", "GET, HEAD");
        exchange->respond(std::move(response));
    }

    std::unordered_map<std::string, Route> routes;
    Fallback fallback;

  private:
    Server& server_;
};

App::App(Options options, AdapterFactory adapter)
    : options_{std::move(options)},
      shards_{options_.threads},
      server_{shards_, std::move(adapter), options_.socketio},
      handler_{std::make_unique<RequestHandler>(server_)} {}

App::~App() = default;

void App::get(std::string path, Route route) {
    handler_->routes[std::move(path)] = std::move(route);
}

void App::fallback(Fallback handler) {
    handler_->fallback = std::move(handler);
}

void App::run() {
    boost::asio::ip::tcp::endpoint endpoint{boost::asio::ip::make_address(options_.host), options_.port};
    net::http::check_free(endpoint);
    const std::size_t body_bytes_max = std::max(options_.socketio.engine.max_payload, limits::kHttpBodyBytesMax);
    const auto tls = options_.tls ? net::TlsContext::load(*options_.tls) : nullptr;
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        listeners_.push_back(
            net::http::make_server(shards_[i], *handler_, net::http::default_timeouts(), body_bytes_max));
        listeners_.back()->set_tls(tls);
        listeners_.back()->listen(endpoint);
        endpoint = listeners_.back()->endpoint(); // all on the one port that the system chose, if it was to choose
        server_.attach(i, *listeners_.back());
    }
    log::info("listening", {{"host", options_.host}, {"port", endpoint.port()}, {"tls", tls != nullptr}});
    boost::asio::signal_set signals{shards_[0].io(), SIGINT, SIGTERM};
    signals.async_wait([this, &signals](const error_code& error, int) {
        if (error) return;
        signals.clear(); // back to the system's way: the next one ends the process
        stop();
    });
    boost::asio::signal_set hangup{shards_[0].io()};
    if (options_.tls) {
        hangup.add(SIGHUP);
        renew_on_hangup(hangup);
    }
    shards_.run();
}

void App::renew_on_hangup(boost::asio::signal_set& hangup) {
    hangup.async_wait([this, &hangup](const error_code& error, int) {
        if (error) return;
        try {
            const auto renewed = net::TlsContext::load(*options_.tls);
            for (auto& listener : listeners_)
                listener->shard().post([&listener = *listener, renewed] { listener.set_tls(renewed); });
            log::info("certificate_renewed");
        } catch (const std::runtime_error& failure) {
            log::error("certificate_not_renewed", {{"reason", failure.what()}});
        }
        renew_on_hangup(hangup);
    });
}

void App::stop() {
    server_.close([this] { shards_.request_stop(); });
}

} // namespace hubbub::socketio
