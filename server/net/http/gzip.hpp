#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace hubbub::net::http {

/// Compresses answers, one after the other. Its memory (a quarter of a megabyte) comes with the first and stays.
class Gzip {
  public:
    enum class Effort { fast, best };

    explicit Gzip(Effort effort);
    ~Gzip();
    Gzip(const Gzip&) = delete;
    Gzip& operator=(const Gzip&) = delete;

    /// `data` as one gzip member (RFC 1952). Throws std::bad_alloc when there is no memory.
    std::string compress(std::string_view data);

  private:
    struct Stream;
    const Effort effort_;
    std::unique_ptr<Stream> stream_;
};

} // namespace hubbub::net::http
