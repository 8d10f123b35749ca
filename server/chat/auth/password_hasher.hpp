#pragma once
#include "base/result.hpp"
#include "base/task.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

namespace hubbub::chat {

/// argon2id (libsodium) on threads of its own, so that a hash of tens of milliseconds never holds up a shard.
/// At most limits::kPasswordHashQueueMax wait: a flood of logins is refused, not queued. Any thread may ask.
class PasswordHasher {
  public:
    /// What one hash costs.
    struct Cost {
        unsigned long long passes;
        std::size_t memory_bytes;
    };
    /// libsodium's "interactive": 2 passes over 64 MiB.
    static Cost default_cost();

    /// Throws std::runtime_error if libsodium cannot start.
    explicit PasswordHasher(std::size_t threads, Cost cost = default_cost());
    ~PasswordHasher();

    /// libsodium's string form, with salt and cost. Errors: `rate_limited`, `unavailable` (no memory).
    Task<Result<std::string>> hash(std::string password);

    /// Whether the password is that of `hash`. An empty `hash` (no such user) takes as long and is never right.
    /// Errors: `rate_limited`.
    Task<Result<bool>> verify(std::string password, std::string hash);

    /// On the caller's own thread, for the command line. Throws std::runtime_error without memory.
    std::string hash_now(const std::string& password) const;

  private:
    template <class T> Task<Result<T>> run(Task<T> work);

    Cost cost_;
    std::string nobody_; // a hash that no password has
    std::atomic<std::size_t> waiting_ = 0;
    boost::asio::io_context queue_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::vector<std::thread> threads_;
};

} // namespace hubbub::chat
