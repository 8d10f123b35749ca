#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "chat/page.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hubbub::chat {

/// A refresh token that was just made. Only its hash is kept.
struct NewSession {
    UserId user;
    std::optional<std::string> password_hash; ///< what let the user in; none: the operator did
    std::string token_hash;                   ///< SHA-256, 32 bytes
    Timestamp expires_at;
    std::string user_agent;
    std::string ip;
};

struct Session {
    SessionId id; ///< of the family: the same before and after a rotation
    UserId user;
    bool reused = false; ///< only from `rotate_session`: the token had been replaced before; the family is now revoked
};

/// A session as its user sees it.
struct OpenSession {
    SessionId id;
    std::string user_agent;
    std::string ip;
    Timestamp issued_at;
    Timestamp last_used_at; ///< when its tokens were renewed last
    Timestamp expires_at;
    bool current = false; ///< the one that asks
};

/// A token that another application signed, and whose it is.
struct ExternalSession {
    std::string subject;
    std::string username; ///< the wish
    std::string display_name;
    std::string token_hash; ///< SHA-256, 32 bytes
    Timestamp expires_at;
    std::string user_agent;
    std::string ip;
};

/// Where refresh-token families are kept. Every function may also fail with `Errc::unavailable`.
class SessionStore {
  public:
    virtual ~SessionStore() = default;
    /// Errors: `bad_credentials` (the password is another by now, or the user disabled).
    virtual Task<Result<Session>> create_session(NewSession session) = 0;
    /// The session of such a token; it and its user are made on first sight. It cannot be rotated.
    virtual Task<Result<Session>> open_external(ExternalSession session) = 0;
    /// Replaces the token with `old_hash` by a new one of the same family, atomically. Again within
    /// limits::kRefreshGrace, as long as none of its successors has been used: the answer was lost. Any other token
    /// that had been replaced before is a reuse: nothing is issued, the whole family is revoked (if it was not) and the
    /// answer is `reused`, so that the caller can close the family's sockets. Errors: `token_invalid` (unknown),
    /// `token_expired`, `revoked` (the family was revoked otherwise).
    virtual Task<Result<Session>> rotate_session(std::string old_hash, std::string new_hash, Timestamp expires_at) = 0;
    /// Revokes the family. Doing it again is no error.
    virtual Task<Result<void>> revoke_session(SessionId session) = 0;
    /// The same, of this very user. Errors: `session_not_found` (of nobody, of another, over).
    virtual Task<Result<void>> revoke_session_of(UserId user, SessionId session) = 0;
    /// Revokes all sessions of the user but `kept`, and says which.
    virtual Task<Result<std::vector<SessionId>>> revoke_others(UserId user, SessionId kept) = 0;
    /// Gives the user another password in the same step. Errors: `bad_credentials` (the old one is another by now).
    virtual Task<Result<std::vector<SessionId>>> change_password(UserId user, SessionId kept, std::string old_hash,
                                                                 std::string hash) = 0;
    /// Those that stand.
    virtual Task<Result<Page<OpenSession>>> list_sessions(UserId user, SessionId current, PageQuery query) = 0;
    /// Errors: `revoked` (revoked, expired or unknown family, or a disabled user).
    virtual Task<Result<void>> check_session(SessionId session, UserId user) = 0;
};

} // namespace hubbub::chat
