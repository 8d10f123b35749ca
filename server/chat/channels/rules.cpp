#include "chat/channels/rules.hpp"

#include "base/limits.hpp"
#include "chat/text.hpp"

#include <algorithm>
#include <optional>

namespace hubbub::chat {
namespace {

/// The lowest role that may; none: nobody.
struct Permission {
    Action action;
    std::optional<Role> in_public;
    std::optional<Role> in_private;
    std::optional<Role> in_direct;
};

// Two people have a direct channel for good: nothing about it changes. A public one needs no invitation.
constexpr Permission kMatrix[] = {
    {Action::add_member, Role::member, Role::admin, {}},
    {Action::remove_member, Role::admin, Role::admin, {}},
    {Action::set_role, Role::admin, Role::admin, {}},
    {Action::leave, Role::member, Role::member, {}},
    {Action::update, Role::admin, Role::admin, {}},
    {Action::archive, Role::owner, Role::owner, {}},
    {Action::invite, {}, Role::admin, {}},
    {Action::delete_of_others, Role::admin, Role::admin, {}},
};

} // namespace

Result<std::string> parse_channel_name(std::string_view text) {
    return parse_name(text, limits::kChannelNameMax);
}

Result<std::string> parse_topic(std::string_view text) {
    return parse_line(text, limits::kTopicMax);
}

bool may(Action action, ChannelType type, Role actor) {
    const auto row = std::ranges::find(kMatrix, action, &Permission::action);
    const auto lowest = type == ChannelType::public_channel    ? row->in_public
                        : type == ChannelType::private_channel ? row->in_private
                                                               : row->in_direct;
    return lowest && actor >= *lowest;
}

bool outranks(Role actor, Role target) {
    return actor == Role::owner || actor > target;
}

bool may_give(Role actor, Role given) {
    return given <= actor;
}

} // namespace hubbub::chat
