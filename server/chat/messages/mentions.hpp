#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::chat {

struct Mentions {
    std::vector<std::string> names; ///< at most limits::kMentionsMax
    bool cut = false;               ///< there were more
};

/// Who is meant by `@name` in a message: possible usernames in lower case, each once, and `all` for everybody. An `@`
/// within a word (`a@b`), after a backslash or in code (`` `…` ``, fences) means nobody. A name that ends in
/// punctuation is also given without it: the end of a sentence may or may not be a part of it.
Mentions find_mentions(std::string_view content);

} // namespace hubbub::chat
