-- Adds: the index by which the answers to a message are read. Locks: SHARE on chat_message while it is built (sends wait).
-- Undo: DROP INDEX chat_message_thread_idx.
CREATE INDEX chat_message_thread_idx ON chat_message ("parentMessageId", "createdAt", seq)
  WHERE "parentMessageId" IS NOT NULL;
