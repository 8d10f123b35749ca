#pragma once
#include "chat/channels/store.hpp"

#include <string_view>

namespace hubbub::storage::internal {

// chat_channel.type and chat_channel_user_mapping.role
std::string_view to_text(chat::ChannelType type);
chat::ChannelType to_type(std::string_view text);
std::string_view to_text(chat::Role role);
chat::Role to_role(std::string_view text);

} // namespace hubbub::storage::internal
