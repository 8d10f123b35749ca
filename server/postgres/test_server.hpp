#pragma once
// For tests of this module and of those above it: a real server in a directory of its own.
#include "postgres/blocking_connection.hpp"
#include "postgres/local_server.hpp"
#include "postgres/pool.hpp"
#include "runtime/shard.hpp"

#include <stdlib.h>

#include <filesystem>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace hubbub::postgres::testing {

/// A new directory below /tmp that everybody may pass through; removed at the end.
class TempDir {
  public:
    explicit TempDir(const std::string& name = "") {
        std::string pattern = "/tmp/hubbub-test-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"mkdtemp"};
        root_ = pattern;
        std::filesystem::permissions(root_, std::filesystem::perms{0711});
        path_ = root_ / name;
        std::filesystem::create_directories(path_);
    }
    ~TempDir() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path root_;
    std::filesystem::path path_;
};

/// One server for the whole test program, started on first use. Nothing here survives a power cut, nor has to.
class TestServer {
  public:
    static TestServer& get() {
        static TestServer server;
        return server;
    }
    const std::string& conninfo() const { return server_->conninfo(); }
    /// A new empty database of that name. Returns how to connect to it.
    std::string create_database(const std::string& name) {
        BlockingConnection{conninfo()}.script("CREATE DATABASE " + name);
        return conninfo() + " dbname=" + name; // the last one counts
    }
    std::filesystem::path log_file() const { return dir_.path() / "postgres.log"; }
    void stop(LocalServer::Shutdown how) { server_->stop(how); }
    void start() { server_ = std::make_unique<LocalServer>(LocalServer::Options{dir_.path(), false}); }

  private:
    TestServer() { start(); }
    TempDir dir_;
    std::unique_ptr<LocalServer> server_;
};

/// One running shard with a pool on it.
class PoolRunner {
  public:
    explicit PoolRunner(std::string conninfo, std::size_t connections = 4)
        : PoolRunner{PoolOptions{std::move(conninfo), connections}} {}
    explicit PoolRunner(const PoolOptions& options) : pool_{std::make_unique<Pool>(shards_[0], options)} {
        shards_.start();
    }
    ~PoolRunner() {
        stop();
        pool_.reset();
    }
    void stop() { shards_.stop(); }
    PoolRunner(const PoolRunner&) = delete;
    PoolRunner& operator=(const PoolRunner&) = delete;

    runtime::Shard& shard() { return shards_[0]; }
    Pool& pool() { return *pool_; }

    /// Calls `function` on the shard and returns what it returned.
    template <class F> auto run(F&& function) {
        std::promise<decltype(function())> promise;
        shard().post([&] { promise.set_value(function()); });
        return promise.get_future().get();
    }
    std::future<Result<Rows>> ask(const Statement& statement, Params params = {}, Lane lane = Lane::any) {
        auto promise = std::make_shared<std::promise<Result<Rows>>>();
        shard().post([this, promise, &statement, params = std::move(params), lane]() mutable {
            pool_->query(
                statement, std::move(params), [promise](Result<Rows> rows) { promise->set_value(std::move(rows)); },
                lane);
        });
        return promise->get_future();
    }

  private:
    runtime::Shards shards_{1};
    std::unique_ptr<Pool> pool_;
};

} // namespace hubbub::postgres::testing
