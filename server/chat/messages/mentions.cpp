#include "chat/messages/mentions.hpp"

#include "base/limits.hpp"
#include "chat/text.hpp"

#include <algorithm>
#include <cctype>
#include <map>

namespace hubbub::chat {
namespace {

constexpr auto kNone = std::string_view::npos;

std::size_t run_of(char c, std::string_view text, std::size_t at) {
    const std::size_t end = text.find_first_not_of(c, at);
    return (end == kNone ? text.size() : end) - at;
}

/// The opening or closing line of a fenced code block (CommonMark 0.30, 4.5).
struct Fence {
    char mark = 0; ///< 0: none
    std::size_t length = 0;
    bool bare = false; ///< nothing behind it: may close
};

Fence fence_of(std::string_view line) {
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    if (indent > 3 || indent == line.size() || (line[indent] != '`' && line[indent] != '~')) return {};
    Fence fence{line[indent], run_of(line[indent], line, indent)};
    const std::string_view rest = line.substr(indent + fence.length);
    if (fence.length < 3 || (fence.mark == '`' && rest.find('`') != kNone)) return {};
    fence.bare = rest.find_first_not_of(" \t") == kNone;
    return fence;
}

/// Collects the names of one stretch of text without fences.
class Finder {
  public:
    explicit Finder(Mentions& found) : found_{found} {}

    void read(std::string_view text) {
        last_ends_.clear();
        for (std::size_t at = text.find('`'); at != kNone; at = text.find('`', at)) {
            const std::size_t length = run_of('`', text, at);
            at += length;
            last_ends_[length] = at;
        }
        for (std::size_t at = 0; at < text.size();) {
            switch (text[at]) {
            case '\\': at += 2; break;
            case '`': at = behind_code(text, at); break;
            case '@': at = read_name(text, at); break;
            default: ++at;
            }
        }
    }

  private:
    /// A code span ends with as many backticks as it began with; without an end they are text.
    std::size_t behind_code(std::string_view text, std::size_t at) const {
        const std::size_t length = run_of('`', text, at);
        const auto last = last_ends_.find(length);
        if (last == last_ends_.end() || last->second <= at + length)
            return at + length; // no search for each that opens
        for (std::size_t end = text.find('`', at + length); end != kNone; end = text.find('`', end)) {
            const std::size_t closing = run_of('`', text, end);
            end += closing;
            if (closing == length) return end;
        }
        return at + length;
    }

    std::size_t read_name(std::string_view text, std::size_t at) {
        std::size_t end = at + 1;
        while (end < text.size() && is_in_username(text[end])) ++end;
        const bool in_word = at > 0 && (is_in_username(text[at - 1]) || text[at - 1] == '@' || text[at - 1] == '/');
        if (!in_word) add(text.substr(at + 1, end - at - 1));
        return end;
    }

    void add(std::string_view name) {
        keep(name);
        keep(name.substr(0, name.find_last_not_of("._-") + 1));
    }

    void keep(std::string_view name) {
        if (found_.cut) return;
        if (name.size() < limits::kUsernameMin || name.size() > limits::kUsernameMax) return;
        std::string folded{name};
        std::ranges::transform(folded, folded.begin(), [](unsigned char c) { return std::tolower(c); });
        if (std::ranges::find(found_.names, folded) != found_.names.end()) return;
        found_.cut = found_.names.size() == limits::kMentionsMax;
        if (!found_.cut) found_.names.push_back(std::move(folded));
    }

    Mentions& found_;
    std::map<std::size_t, std::size_t> last_ends_; ///< where the last run of so many backticks ends
};

} // namespace

Mentions find_mentions(std::string_view content) {
    Mentions found;
    if (content.find('@') == kNone) return found;
    Finder finder{found};
    Fence open;
    std::size_t text_begin = 0; // of what is not in a fence, up to a blank line: no code span goes beyond
    for (std::size_t begin = 0; begin <= content.size();) {
        const std::size_t end = std::min(content.find('\n', begin), content.size());
        const std::string_view line = content.substr(begin, end - begin);
        const Fence fence = fence_of(line);
        const bool blank = line.find_first_not_of(" \t") == kNone;
        if (open.mark != 0) {
            if (fence.mark == open.mark && fence.length >= open.length && fence.bare) open = {};
            text_begin = end;
        } else if (fence.mark != 0 || blank) {
            finder.read(content.substr(text_begin, begin - text_begin));
            open = fence;
            text_begin = end;
        }
        begin = end + 1;
    }
    finder.read(content.substr(std::min(text_begin, content.size())));
    return found;
}

} // namespace hubbub::chat
