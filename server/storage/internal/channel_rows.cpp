#include "storage/internal/channel_rows.hpp"

namespace hubbub::storage::internal {

std::string_view to_text(chat::ChannelType type) {
    switch (type) {
    case chat::ChannelType::public_channel: return "public";
    case chat::ChannelType::private_channel: return "private";
    case chat::ChannelType::direct: return "direct";
    }
    return "";
}

chat::ChannelType to_type(std::string_view text) {
    if (text == "public") return chat::ChannelType::public_channel;
    return text == "private" ? chat::ChannelType::private_channel : chat::ChannelType::direct;
}

std::string_view to_text(chat::Role role) {
    switch (role) {
    case chat::Role::owner: return "owner";
    case chat::Role::admin: return "admin";
    case chat::Role::member: return "member";
    }
    return "";
}

chat::Role to_role(std::string_view text) {
    if (text == "owner") return chat::Role::owner;
    return text == "admin" ? chat::Role::admin : chat::Role::member;
}

} // namespace hubbub::storage::internal
