#include "net/utf8.hpp"

#include <cstring>

namespace hubbub::net {
namespace {

/// The first position at or after `at` that is not ASCII, looking at eight bytes at a time.
std::size_t skip_ascii(std::string_view text, std::size_t at) {
    constexpr std::uint64_t kHighBits = 0x8080'8080'8080'8080;
    while (text.size() - at >= sizeof(std::uint64_t)) {
        std::uint64_t word;
        std::memcpy(&word, text.data() + at, sizeof word);
        if ((word & kHighBits) != 0) break;
        at += sizeof word;
    }
    while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
    return at;
}

} // namespace

bool Utf8Checker::feed(std::string_view piece) {
    std::size_t at = 0;
    while (at < piece.size()) {
        const auto byte = static_cast<std::uint8_t>(piece[at]);
        if (missing_ > 0) {
            if (byte < low_ || byte > high_) return false;
            low_ = 0x80;
            high_ = 0xBF;
            --missing_;
        } else if (byte < 0x80) {
            at = skip_ascii(piece, at);
            continue;
        } else if (byte >= 0xC2 && byte <= 0xDF) {
            missing_ = 1;
        } else if ((byte & 0xF0) == 0xE0) {
            missing_ = 2;
            if (byte == 0xE0) low_ = 0xA0;  // overlong below
            if (byte == 0xED) high_ = 0x9F; // surrogates above
        } else if (byte >= 0xF0 && byte <= 0xF4) {
            missing_ = 3;
            if (byte == 0xF0) low_ = 0x90;  // overlong below
            if (byte == 0xF4) high_ = 0x8F; // above U+10FFFF
        } else {
            return false;
        }
        ++at;
    }
    return true;
}

std::string replace_invalid(std::string_view text) {
    std::string valid;
    Utf8Checker checker;
    std::size_t begin = 0; // of the code point that is being read
    for (std::size_t at = 0; at < text.size();) {
        if (checker.feed(text.substr(at, 1))) {
            ++at;
            if (!checker.complete()) continue;
            valid.append(text, begin, at - begin);
        } else {
            valid += "\uFFFD";
            if (at == begin) ++at; // else this byte may begin the next one
            checker = {};
        }
        begin = at;
    }
    if (begin < text.size()) valid += "\uFFFD";
    return valid;
}

} // namespace hubbub::net
