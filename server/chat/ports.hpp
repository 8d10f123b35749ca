#pragma once
// The ports that storage implements, together: what a composition root passes on.
#include "chat/accounts/store.hpp"
#include "chat/auth/store.hpp"
#include "chat/change_store.hpp"
#include "chat/channels/invite_store.hpp"
#include "chat/channels/store.hpp"
#include "chat/messages/store.hpp"
#include "chat/presence/store.hpp"
#include "chat/receipts/store.hpp"

namespace hubbub::chat {

struct Stores {
    AccountStore& accounts;
    SessionStore& sessions;
    ChannelStore& channels;
    InviteStore& invites;
    MessageStore& messages;
    ReceiptStore& receipts;
    PresenceStore& presence;
    ChangeStore& changes;
};

} // namespace hubbub::chat
