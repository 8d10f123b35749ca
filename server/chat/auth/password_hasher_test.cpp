#include "base/limits.hpp"
#include "chat/auth/password_hasher.hpp"
#include "chat/errc.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>
#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace hubbub::chat {
namespace {

/// The least that argon2id allows: the rules are the same.
PasswordHasher::Cost cheap() {
    return {crypto_pwhash_argon2id_opslimit_min(), crypto_pwhash_argon2id_memlimit_min()};
}

template <class T> T run(Task<T> task) {
    boost::asio::io_context io;
    std::optional<T> result;
    boost::asio::co_spawn(io, std::move(task), [&](const std::exception_ptr& escaped, T value) {
        if (escaped) std::rethrow_exception(escaped);
        result = std::move(value);
    });
    io.run();
    return std::move(*result);
}

TEST(PasswordHasher, KnowsItsOwnHashes) {
    PasswordHasher hasher{1, cheap()};
    const auto hash = run(hasher.hash("correct horse"));
    ASSERT_TRUE(hash);
    EXPECT_TRUE(hash->starts_with("$argon2id$"));
    EXPECT_TRUE(*run(hasher.verify("correct horse", *hash)));
    EXPECT_FALSE(*run(hasher.verify("correct horsf", *hash)));
    EXPECT_FALSE(*run(hasher.verify("", *hash)));
}

TEST(PasswordHasher, SaltsEachHash) {
    PasswordHasher hasher{1, cheap()};
    EXPECT_NE(hasher.hash_now("correct horse"), hasher.hash_now("correct horse"));
}

TEST(PasswordHasher, LetsNobodyInWithoutAHash) {
    PasswordHasher hasher{1, cheap()};
    EXPECT_FALSE(*run(hasher.verify("", "")));
    EXPECT_FALSE(*run(hasher.verify("correct horse", "")));
    EXPECT_FALSE(*run(hasher.verify("correct horse", "not a hash")));
}

TEST(PasswordHasher, RefusesWhatItCannotQueue) {
    PasswordHasher hasher{1, {crypto_pwhash_argon2id_opslimit_min(), 4 * 1024 * 1024}};
    boost::asio::io_context io;
    std::size_t hashed = 0;
    std::size_t refused = 0;
    constexpr std::size_t kAsked = limits::kPasswordHashQueueMax + 10;
    for (std::size_t i = 0; i < kAsked; ++i) {
        boost::asio::co_spawn(io, hasher.hash("correct horse"),
                              [&](const std::exception_ptr&, const Result<std::string>& hash) {
                                  if (hash) {
                                      ++hashed;
                                  } else {
                                      EXPECT_EQ(hash.error(), Errc::rate_limited);
                                      ++refused;
                                  }
                              });
    }
    io.run();
    EXPECT_EQ(hashed + refused, kAsked);
    EXPECT_GE(hashed, limits::kPasswordHashQueueMax);
    EXPECT_GE(refused, 1u);
}

} // namespace
} // namespace hubbub::chat
