-- Adds: chat_housekeeping(): what has to be done now and then, by whichever node comes first. Locks: none.
-- Undo: DROP FUNCTION chat_housekeeping.

-- Keeps three months of partitions made, and forgets clientMessageIds after their seven days, some at a time.
-- Returns whether there is more to do at once.
CREATE FUNCTION chat_housekeeping() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  forgotten bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('chat_housekeeping')) THEN
    RETURN false;
  END IF;
  PERFORM chat_ensure_partitions(now() + interval '3 months');
  DELETE FROM chat_message_dedup WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chat_message_dedup WHERE "messageCreatedAt" < now() - interval '7 days' LIMIT 20000));
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN forgotten = 20000;
END $$;
