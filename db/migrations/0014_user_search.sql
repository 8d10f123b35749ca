-- Adds: the index by which users are searched and listed. Locks: SHARE on chat_user while it is built (registrations wait).
-- Undo: DROP INDEX chat_user_search_idx.
CREATE INDEX chat_user_search_idx ON chat_user (lower(username) COLLATE "C");
