-- Adds: to chat_housekeeping() that the log of events older than 30 days is dropped, a month at a time. Locks: none
-- (each run: ACCESS EXCLUSIVE on chat_channel_event for a moment, given up after a second). Undo: restore 0006's function.

-- Keeps three months of partitions made, drops those of the event log that ended 30 days ago, and forgets
-- clientMessageIds after their seven days, some at a time. Returns whether there is more to do at once.
CREATE OR REPLACE FUNCTION chat_housekeeping() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  forgotten bigint;
  old text;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('chat_housekeeping')) THEN
    RETURN false;
  END IF;
  PERFORM chat_ensure_partitions(now() + interval '3 months');
  PERFORM set_config('lock_timeout', '1s', true);
  FOR old IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'chat_channel_event'::regclass
      AND c.relname < to_char((now() - interval '30 days') AT TIME ZONE 'UTC', '"chat_channel_event_"YYYY_MM')
    ORDER BY c.relname
  LOOP
    BEGIN
      EXECUTE format('DROP TABLE %I', old);
    EXCEPTION WHEN lock_not_available THEN
      EXIT; -- the next run will find it
    END;
  END LOOP;
  DELETE FROM chat_message_dedup WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chat_message_dedup WHERE "messageCreatedAt" < now() - interval '7 days' LIMIT 20000));
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN forgotten = 20000;
END $$;
