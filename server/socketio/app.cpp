#include "socketio/app.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <utility>
#include <vector>

namespace hubbub::socketio {

class App::RequestHandler final : public net::http::Handler {
  public:
    explicit RequestHandler(Server& server) : server_{server} {}

    void handle(std::shared_ptr<net::http::Exchange> exchange) override {
        if (!server_.handle(exchange)) exchange->respond(net::http::text_response(404, "Not found"));
    }

  private:
    Server& server_;
};

App::App(Options options, AdapterFactory adapter)
    : options_{std::move(options)},
      shards_{options_.threads},
      server_{shards_, std::move(adapter), options_.socketio},
      handler_{std::make_unique<RequestHandler>(server_)} {}

App::~App() = default;

void App::run() {
    const boost::asio::ip::tcp::endpoint endpoint{boost::asio::ip::make_address(options_.host), options_.port};
    std::vector<std::unique_ptr<net::http::Server>> listeners;
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        listeners.push_back(net::http::make_server(shards_[i], *handler_));
        listeners.back()->listen(endpoint);
        server_.attach(i, *listeners.back());
    }
    boost::asio::signal_set signals{shards_[0].io(), SIGINT, SIGTERM};
    signals.async_wait([this](const error_code& error, int) {
        if (!error) stop();
    });
    shards_.run();
}

void App::stop() {
    shards_.request_stop();
}

} // namespace hubbub::socketio
