// Text that people write: what is let in is normalised to valid text in form C, at a bounded price, and stays as it is
// when it comes again.
#include "base/limits.hpp"
#include "chat/messages/mentions.hpp"
#include "chat/messages/rules.hpp"
#include "chat/text.hpp"
#include "net/utf8.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace hubbub;

void require(bool holds) {
    if (!holds) std::abort();
}

/// The longest run of combining marks of the decomposed text: ordering them costs its square.
std::size_t longest_run(std::string_view text) {
    utf8proc_uint8_t* decomposed = nullptr;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    const auto options = utf8proc_option_t(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
    const auto size = utf8proc_map(bytes, static_cast<utf8proc_ssize_t>(text.size()), &decomposed, options);
    require(size >= 0);
    const std::string_view all{reinterpret_cast<const char*>(decomposed), static_cast<std::size_t>(size)};
    std::size_t run = 0;
    std::size_t longest = 0;
    for (std::size_t at = 0; at < all.size();) {
        const auto point = chat::next_code_point(all, at);
        run = utf8proc_get_property(point)->combining_class == 0 ? 0 : run + 1;
        longest = std::max(longest, run);
    }
    std::free(decomposed);
    return longest;
}

void check_examined(std::string_view text, chat::TextKind kind) {
    const auto facts = chat::examine(text, kind);
    if (!facts) return;
    require(net::is_utf8(text) && longest_run(text) <= 30);
    const auto normal = chat::to_nfc(text);
    require(net::is_utf8(normal) && normal.size() <= 3 * text.size());
    require(chat::to_nfc(normal) == normal && chat::examine(normal, kind));
}

void check_mentions(std::string_view content) {
    const auto mentions = chat::find_mentions(std::string{content});
    require(mentions.names.size() <= limits::kMentionsMax);
    for (const auto& name : mentions.names) {
        require(name.size() >= limits::kUsernameMin && name.size() <= limits::kUsernameMax);
        require(std::ranges::all_of(name, chat::is_in_username));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    check_examined(text, chat::TextKind::block);
    check_examined(text, chat::TextKind::line);
    if (const auto content = chat::parse_content(text)) {
        require(!content->empty() && content->size() <= limits::kMessageBytesMax);
        check_mentions(*content);
    }
    if (const auto name = chat::parse_name(text, limits::kChannelNameMax))
        require(*chat::parse_name(*name, 1'000) == *name);
    static_cast<void>(chat::parse_reaction(text));
    return 0;
}
