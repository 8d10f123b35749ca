#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::chat {

/// Who is meant by `@name` in a message: possible usernames in lower case, each once, at most limits::kMentionsMax, and
/// `all` for everybody. An `@` within a word (`a@b`), after a backslash or in code (`` `…` ``, fences) means nobody.
/// A name that ends in punctuation is also given without it: the end of a sentence may or may not be a part of it.
std::vector<std::string> find_mentions(std::string_view content);

} // namespace hubbub::chat
