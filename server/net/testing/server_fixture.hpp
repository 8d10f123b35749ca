#pragma once
#include "net/http/server.hpp"
#include "net/testing/client.hpp"
#include "runtime/shard.hpp"

#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace hubbub::net::loopback {

/// For tests: HTTP servers on shards of their own, each on its own port, whose handler is a function of the test.
class Servers final : private http::Handler {
  public:
    using Function = std::function<void(std::shared_ptr<http::Exchange>)>;

    explicit Servers(Function handle, std::size_t count = 1, http::Timeouts timeouts = http::default_timeouts())
        : handle_{std::move(handle)}, shards_{count} {
        for (std::size_t i = 0; i < count; ++i) {
            servers_.push_back(http::make_server(shards_[i], *this, timeouts));
            servers_.back()->listen({boost::asio::ip::make_address("127.0.0.1"), 0});
            endpoints_.push_back(servers_.back()->endpoint());
        }
        shards_.start();
    }
    ~Servers() override { stop(); }

    void stop() {
        shards_.stop();
        servers_.clear();
    }

    http::Server& operator[](std::size_t index) { return *servers_[index]; }
    Client client(std::size_t index = 0) { return Client{endpoints_[index]}; }
    const boost::asio::ip::tcp::endpoint& endpoint(std::size_t index = 0) const { return endpoints_[index]; }

    /// Runs `work` on the shard and waits for it.
    template <class Work> auto on_shard(std::size_t index, Work work) {
        std::packaged_task<decltype(work())()> task{std::move(work)};
        auto result = task.get_future();
        shards_[index].post([&task] { task(); });
        return result.get();
    }
    Counters counters(std::size_t index = 0) {
        return on_shard(index, [&] { return servers_[index]->counters(); });
    }
    std::size_t connections(std::size_t index = 0) {
        return on_shard(index, [&] { return servers_[index]->connections(); });
    }

  private:
    void handle(std::shared_ptr<http::Exchange> exchange) override { handle_(std::move(exchange)); }

    Function handle_;
    runtime::Shards shards_;
    std::vector<std::unique_ptr<http::Server>> servers_;
    std::vector<boost::asio::ip::tcp::endpoint> endpoints_;
};

/// Waits up to ten seconds for `condition`.
template <class Condition> bool eventually(Condition condition) {
    for (int i = 0; i < 2000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return false;
}

} // namespace hubbub::net::loopback
