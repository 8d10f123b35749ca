#pragma once
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hubbub::chat {

enum class TextKind {
    line, ///< names: one line, nothing that reorders or hides text
    block ///< messages: line feeds and tabs too
};

struct TextFacts {
    std::size_t characters = 0; ///< Unicode code points
    bool blank = true;          ///< nothing in it that can be seen
};

/// The code point at `text[at]`, with `at` moved behind it; a negative number if the bytes are none (RFC 3629, 4).
std::int32_t next_code_point(std::string_view text, std::size_t& at);

/// Looks through a text that people wrote.
///
/// errors   `bad_format`: not UTF-8 (RFC 3629: no surrogates, nothing overlong or above U+10FFFF), a control character
///          (NUL included, which PostgreSQL cannot store), more than 30 combining marks in a row (Unicode's stream-safe
///          format, UAX #15), or, in a `line`, a line separator or bidirectional control.
Result<TextFacts> examine(std::string_view text, TextKind kind);

/// Whether usernames, and so mentions, may have it: `[A-Za-z0-9_.-]`.
bool is_in_username(char c);

/// Unicode's normalisation form C, so that what looks the same is the same. `text` has passed `examine`, which bounds
/// the work.
std::string to_nfc(std::string_view text);

/// Without ASCII white space at both ends.
std::string_view trim(std::string_view text);

/// A name as it is kept: trimmed, in form C, with 1 … `characters_max` characters.
/// errors   `too_short` (blank), `too_long`, `bad_format`.
Result<std::string> parse_name(std::string_view text, std::size_t characters_max);

/// The same for a line that may be empty. errors   `too_long`, `bad_format`.
Result<std::string> parse_line(std::string_view text, std::size_t characters_max);

} // namespace hubbub::chat
