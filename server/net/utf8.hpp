#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace hubbub::net {

/// UTF-8 (RFC 3629) checked piece by piece: no overlong forms, no surrogates, nothing above U+10FFFF.
/// Fails at the first byte that cannot be part of valid text.
class Utf8Checker {
  public:
    /// Checks the next piece. Returns false once something is wrong; the checker is of no use then.
    bool feed(std::string_view piece);
    /// Whether everything fed so far ends at a code point's end.
    bool complete() const { return missing_ == 0; }

  private:
    std::uint8_t missing_ = 0; // continuation bytes still to come
    std::uint8_t low_ = 0x80;  // bounds of the next one
    std::uint8_t high_ = 0xBF;
};

inline bool is_utf8(std::string_view text) {
    Utf8Checker checker;
    return checker.feed(text) && checker.complete();
}

/// `text` with each of its invalid parts replaced by U+FFFD, as browsers and Node decode it.
std::string replace_invalid(std::string_view text);

} // namespace hubbub::net
