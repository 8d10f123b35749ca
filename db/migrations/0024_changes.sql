-- Adds: chat_channel_user_mapping_changed_idx, chat_session_revoked_idx: what changed lately, for a server that keeps rooms and
-- sockets as the database says. Locks: SHARE on both tables while the indexes are built (writes wait). Undo: DROP INDEX both.

-- Of columns that marks do not touch: their updates stay within the page (HOT).
CREATE INDEX chat_channel_user_mapping_changed_idx
  ON chat_channel_user_mapping (greatest("joinedAt", "leftAt"), "chatChannelId", "userId");
CREATE INDEX chat_session_revoked_idx ON chat_session ("revokedAt", "familyId") WHERE "revokedAt" IS NOT NULL;
