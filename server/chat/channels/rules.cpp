#include "chat/channels/rules.hpp"

#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "chat/text.hpp"

namespace hubbub::chat {

Result<std::string> parse_channel_name(std::string_view text) {
    return parse_name(text, limits::kChannelNameMax);
}

Result<std::string> parse_topic(std::string_view text) {
    const std::string_view topic = trim(text);
    const auto facts = examine(topic, TextKind::line);
    if (!facts) return facts.error();
    if (facts->characters > limits::kTopicMax) return Errc::too_long;
    return std::string{topic};
}

bool may_add(ChannelType type, Role actor, Role given) {
    if (type == ChannelType::direct || given > actor) return false;
    return type == ChannelType::public_channel || actor >= Role::admin;
}

bool may_remove(Role actor, Role target) {
    return actor == Role::owner || (actor == Role::admin && target == Role::member);
}

} // namespace hubbub::chat
