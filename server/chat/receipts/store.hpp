#pragma once
#include "base/callback.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "chat/channels/marks.hpp"
#include "chat/channels/store.hpp"
#include "chat/page.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hubbub::chat {

/// A member's marks, and what they are compared with.
struct ReadState {
    Marks marks;
    std::int64_t last_seq = 0; ///< of the channel

    /// The messages behind the read mark. Sending moves it, so none of them is the member's own.
    std::int64_t unread_count() const { return last_seq > marks.read.seq ? last_seq - marks.read.seq : 0; }
};

/// New marks of one member, to be written.
struct MarkWrite {
    ChannelId channel;
    UserId user;
    Marks marks;
    bool told_read = false; ///< the member said so, rather than having sent something
    bool told_delivered = false;
};

/// How far a message has come to a member.
struct Receipt {
    PublicUser user;
    bool read = false;                     ///< else delivered only
    std::optional<Timestamp> delivered_at; ///< none: it is not known when
    std::optional<Timestamp> read_at;
};

/// Where a member's marks are.
struct Position {
    UserId user;
    std::optional<MessageId> last_read;
    std::optional<MessageId> last_delivered;
};

/// Where marks are kept. Every function may also fail with `Errc::unavailable`.
class ReceiptStore {
  public:
    virtual ~ReceiptStore() = default;

    struct Found {
        ReadState state;
        Mark latest; ///< of the messages asked for
    };
    /// Where the member stands, and the latest of `messages`, which may be none.
    /// Errors: `not_a_member`, `message_not_found` (any of them is no message of the channel).
    virtual Task<Result<Found>> find_marks(ChannelId channel, UserId user, std::vector<MessageId> messages) = 0;

    /// The members who have got the message, of those to whom it was written, by their ids. Errors: `bad_format`.
    virtual Task<Result<Page<Receipt>>> find_receipts(ChannelId channel, MessageId message, PageQuery query) = 0;

    /// Of all members, as written; none of a channel with more than limits::kReceiptsMembersMax.
    virtual Task<Result<std::optional<std::vector<Position>>>> find_positions(ChannelId channel) = 0;

    /// Moves marks forward, never back. Those that were told are also noted for each message, in channels of at most
    /// limits::kReceiptsMembersMax members. Answers with the places in `writes` of those who are members still.
    virtual void write_marks(const std::vector<MarkWrite>& writes,
                             Callback<void(Result<std::vector<std::size_t>>)> done) = 0;
};

} // namespace hubbub::chat
