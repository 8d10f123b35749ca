#pragma once
#include "chat/channels/store.hpp"
#include "chat/errc.hpp"
#include "postgres/rows.hpp"

#include <optional>
#include <string_view>

namespace hubbub::storage::internal {

// chat_channel.type and chat_channel_user_mapping.role
std::string_view to_text(chat::ChannelType type);
chat::ChannelType to_type(std::string_view text);
std::string_view to_text(chat::Role role);
chat::Role to_role(std::string_view text);

// Rows of the statements of channel_store.cpp, by their columns' order.
chat::Channel to_channel(postgres::Row row);
chat::ChannelView to_view(postgres::Row row);
chat::ChannelState to_state(postgres::Row row);
chat::Member to_member(postgres::Row row);
/// Why a function of the database has changed nothing, by its `outcome`.
std::optional<chat::Errc> refusal(std::int64_t outcome);
/// What the functions that change a membership answer, with the error that their outcome stands for. Rows after the
/// first are invitations that were withdrawn.
Result<chat::MembershipChange> to_change(const Result<postgres::Rows>& rows, UserId user);

} // namespace hubbub::storage::internal
