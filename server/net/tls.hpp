#pragma once
#include <filesystem>
#include <memory>

struct ssl_ctx_st;

namespace hubbub::net {

/// What the connections of a TLS listener have in common: certificate, key, and what is agreed to: TLS 1.2 and 1.3,
/// forward secrecy, HTTP/1.1, session tickets. Immutable, and shared by all shards; a renewed certificate is a new one.
class TlsContext {
  public:
    struct Files {
        std::filesystem::path certificate; ///< PEM: the server's own, then the intermediate ones
        std::filesystem::path key;         ///< PEM, not encrypted
    };

    /// Throws std::runtime_error that says which file is wrong and why.
    static std::shared_ptr<const TlsContext> load(const Files& files);

    explicit TlsContext(std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)> context) : context_{std::move(context)} {}
    ssl_ctx_st* native() const { return context_.get(); }

  private:
    std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)> context_;
};

} // namespace hubbub::net
