#include "chat/auth/password_hasher.hpp"

#include "base/limits.hpp"
#include "base/log.hpp"
#include "chat/errc.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <pthread.h>
#include <sodium.h>
#include <sys/resource.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace hubbub::chat {
namespace {

constexpr int kNice = 10;              // behind the shards, which answer everybody else
constexpr std::size_t kHashBytes = 32; // as crypto_pwhash_str_alg() makes them
constexpr const char* kNoMemory = "no memory to hash a password";

std::string random_password() {
    std::string bytes(32, '\0');
    randombytes_buf(bytes.data(), bytes.size());
    return bytes;
}

struct WipedAfterUse {
    std::string& text;
    ~WipedAfterUse() { sodium_memzero(text.data(), text.size()); }
};

// Coroutines only to be carried to the pool and back; neither suspends.
Task<std::string> hash_on_pool(const PasswordHasher& hasher, std::string password) {
    const WipedAfterUse wiped{password};
    co_return hasher.hash_now(password);
}

template <std::size_t N> bool decode_base64(const char* text, std::array<unsigned char, N>& bytes) {
    std::size_t size = 0;
    return sodium_base642bin(bytes.data(), N, text, std::strlen(text), nullptr, &size, nullptr,
                             sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
           size == N;
}

/// Makes the hash again and compares. crypto_pwhash_str_verify() would do, but says "wrong" when it has no memory.
bool verify_now(const std::string& password, const std::string& text) {
    unsigned long long memory_kib = 0, passes = 0;
    char salt_text[32], hash_text[64];
    if (std::sscanf(text.c_str(), "$argon2id$v=19$m=%llu,t=%llu,p=1$%31[^$]$%63s", &memory_kib, &passes, salt_text,
                    hash_text) != 4)
        return false;
    std::array<unsigned char, crypto_pwhash_SALTBYTES> salt;
    std::array<unsigned char, kHashBytes> expected, hash;
    if (!decode_base64(salt_text, salt) || !decode_base64(hash_text, expected)) return false;
    if (crypto_pwhash(hash.data(), hash.size(), password.data(), password.size(), salt.data(), passes,
                      memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0) {
        throw std::runtime_error{kNoMemory};
    }
    return sodium_memcmp(hash.data(), expected.data(), hash.size()) == 0;
}

Task<bool> verify_on_pool(std::string password, std::string hash) {
    const WipedAfterUse wiped{password};
    co_return verify_now(password, hash);
}

} // namespace

PasswordHasher::Cost PasswordHasher::default_cost() {
    return {crypto_pwhash_argon2id_opslimit_interactive(), crypto_pwhash_argon2id_memlimit_interactive()};
}

PasswordHasher::PasswordHasher(std::size_t threads, Cost cost)
    : cost_{cost}, queue_{static_cast<int>(threads)}, work_{queue_.get_executor()} {
    if (sodium_init() < 0) throw std::runtime_error{"libsodium cannot start"};
    nobody_ = hash_now(random_password());
    for (std::size_t i = 0; i < threads; ++i) {
        threads_.emplace_back([this] {
            pthread_setname_np(pthread_self(), "argon2id");
            setpriority(PRIO_PROCESS, 0, kNice); // Linux: of this thread
            queue_.run();
        });
    }
}

PasswordHasher::~PasswordHasher() {
    queue_.stop();
    for (auto& thread : threads_) thread.join();
}

std::string PasswordHasher::hash_now(const std::string& password) const {
    char text[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str_alg(text, password.data(), password.size(), cost_.passes, cost_.memory_bytes,
                              crypto_pwhash_ALG_ARGON2ID13) != 0) {
        throw std::runtime_error{kNoMemory};
    }
    return text;
}

Task<Result<std::string>> PasswordHasher::hash(std::string password) {
    auto work = hash_on_pool(*this, std::move(password));
    auto hash = co_await run(std::move(work));
    co_return hash;
}

Task<Result<bool>> PasswordHasher::verify(std::string password, std::string hash) {
    const bool known = !hash.empty();
    if (!known) hash = nobody_;
    auto work = verify_on_pool(std::move(password), std::move(hash));
    auto right = co_await run(std::move(work));
    if (right && !known) co_return false;
    co_return right;
}

template <class T> Task<Result<T>> PasswordHasher::run(Task<T> work) {
    if (waiting_.fetch_add(1) >= limits::kPasswordHashQueueMax) {
        --waiting_;
        co_return Errc::rate_limited;
    }
    try {
        auto value = co_await boost::asio::co_spawn(queue_, std::move(work), boost::asio::use_awaitable);
        --waiting_;
        co_return value;
    } catch (const std::runtime_error& failure) {
        --waiting_;
        log::error(
            "password_not_hashed",
            {{"reason", failure.what()}, {"hint", "each password that is checked takes 64 MB: give the process more"}});
        co_return Errc::unavailable;
    }
}

} // namespace hubbub::chat
