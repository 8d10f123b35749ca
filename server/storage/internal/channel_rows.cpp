#include "storage/internal/channel_rows.hpp"

#include "chat/errc.hpp"
#include "storage/internal/errors.hpp"

#include <optional>
#include <utility>

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

chat::Channel to_channel(postgres::Row row) {
    chat::Channel channel;
    channel.id = row.get<ChannelId>(0);
    channel.type = to_type(row.get<std::string_view>(1));
    channel.name = row.get<std::string>(2);
    channel.topic = row.get<std::string>(3);
    channel.created_by = row.get<UserId>(4);
    channel.created_at = row.get<Timestamp>(5);
    channel.archived_at = row.get<std::optional<Timestamp>>(6);
    channel.last_message_id = row.get<std::optional<MessageId>>(7);
    channel.last_message_at = row.get<std::optional<Timestamp>>(8);
    channel.member_count = row.get<std::int64_t>(9);
    return channel;
}

namespace {

/// Of a direct channel: from `column` on id, username and display name.
std::optional<chat::PublicUser> to_peer(postgres::Row row, int column) {
    if (row.is_null(column)) return {};
    chat::PublicUser peer;
    peer.id = row.get<UserId>(column);
    peer.username = row.get<std::string>(column + 1);
    peer.display_name = row.get<std::string>(column + 2);
    return peer;
}

} // namespace

chat::ChannelView to_view(postgres::Row row) {
    chat::ChannelView view;
    view.channel = to_channel(row);
    auto peer = to_peer(row, 16);
    if (peer) view.channel.name = peer->display_name;
    if (row.is_null(10)) return view;
    chat::ChannelState& state = view.state.emplace();
    state.id = view.channel.id;
    state.name = view.channel.name;
    state.type = view.channel.type;
    state.role = to_role(row.get<std::string_view>(10));
    state.last_message_id = view.channel.last_message_id;
    state.last_seq = row.get<std::int64_t>(11);
    state.last_event_seq = row.get<std::int64_t>(12);
    state.last_read_message_id = row.get<std::optional<MessageId>>(13);
    state.last_read_seq = row.get<std::int64_t>(14);
    state.unread_count = state.last_seq - state.last_read_seq;
    state.archived_at = view.channel.archived_at;
    state.muted_until = row.get<std::optional<Timestamp>>(15);
    state.mention_count = row.get<std::int64_t>(19);
    state.peer = std::move(peer);
    return view;
}

chat::ChannelState to_state(postgres::Row row) {
    chat::ChannelState state;
    state.id = row.get<ChannelId>(0);
    state.type = to_type(row.get<std::string_view>(1));
    state.name = row.get<std::string>(2);
    state.role = to_role(row.get<std::string_view>(3));
    state.last_message_id = row.get<std::optional<MessageId>>(4);
    state.last_seq = row.get<std::int64_t>(5);
    state.last_event_seq = row.get<std::int64_t>(6);
    state.last_read_message_id = row.get<std::optional<MessageId>>(7);
    state.last_read_seq = row.get<std::int64_t>(8);
    state.unread_count = state.last_seq - state.last_read_seq;
    state.archived_at = row.get<std::optional<Timestamp>>(9);
    state.muted_until = row.get<std::optional<Timestamp>>(10);
    state.mention_count = row.get<std::int64_t>(14);
    state.peer = to_peer(row, 11);
    if (state.peer) state.name = state.peer->display_name;
    return state;
}

chat::Member to_member(postgres::Row row) {
    chat::Member member;
    member.user.id = row.get<UserId>(0);
    member.user.username = row.get<std::string>(1);
    member.user.display_name = row.get<std::string>(2);
    member.role = to_role(row.get<std::string_view>(3));
    member.joined_at = row.get<Timestamp>(4);
    return member;
}

std::optional<chat::Errc> refusal(std::int64_t outcome) {
    switch (outcome) {
    case 0: return {};
    case 2: return chat::Errc::channel_not_found;
    case 3: return chat::Errc::not_a_member;
    case 4: return chat::Errc::channel_archived;
    case 6: return chat::Errc::user_not_found;
    case 10: return chat::Errc::last_owner;
    case 11: return chat::Errc::role_forbidden;
    case 12: return chat::Errc::invite_not_found;
    case 13: return chat::Errc::too_many_invites;
    case 14: return chat::Errc::too_many_channels;
    case 15: return chat::Errc::too_many_made;
    case 16: return chat::Errc::too_many_invitations;
    default: return chat::Errc::internal;
    }
}

Result<chat::MembershipChange> to_change(const Result<postgres::Rows>& rows, UserId user) {
    if (!rows) return to_chat_error(rows.error());
    const auto row = rows->front();
    if (const auto refused = refusal(row.get<std::int64_t>(0))) return *refused;
    chat::MembershipChange change;
    change.member.user.id = user;
    change.member.role = to_role(row.get<std::string_view>(1));
    change.member.joined_at = row.get<Timestamp>(2);
    change.member.user.username = row.get<std::string>(3);
    change.member.user.display_name = row.get<std::string>(4);
    change.event_seq = row.get<std::int64_t>(5);
    change.at = row.get<Timestamp>(6);
    for (std::size_t i = 1; i < rows->size(); ++i)
        change.withdrawn.push_back({(*rows)[i].get<chat::InviteId>(7), (*rows)[i].get<UserId>(8)});
    return change;
}

} // namespace hubbub::storage::internal
