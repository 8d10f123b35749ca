-- Adds: chat_drop_messages(), and to chat_housekeeping() that it is asked, if the setting hubbub.message_months says so (main
-- sets it for its connections). Locks: none (each run that drops a month: ACCESS EXCLUSIVE on chat_message while it makes sure
-- that nothing refers to that month; given up after waiting a second). Undo: DROP FUNCTION chat_drop_messages; restore
-- chat_housekeeping() of 0020.

-- Where a month of messages ends, channel by channel.
CREATE FUNCTION chat_month_ends(month text) RETURNS TABLE (channel bigint, id bigint, seq bigint) LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY EXECUTE format(
    'SELECT c.id, l.id, l.seq FROM chat_channel c CROSS JOIN LATERAL (
       SELECT m.id, m.seq FROM %I m WHERE m."chatChannelId" = c.id ORDER BY m."createdAt" DESC, m.seq DESC LIMIT 1) l', month);
END $$;

-- Drops the oldest month of messages that ended `months` months ago, with what refers to it: first that, some at a time; at the
-- end, in one step, marks of who had not read so far (locked first, as who writes marks does), mentions, and the messages. Returns whether there is more to do at once.
CREATE FUNCTION chat_drop_messages(months integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  batch constant integer := 20000;
  month text;
  since timestamptz;
  until timestamptz;
  first_id bigint;
  last_id bigint;
  done bigint;
BEGIN
  SELECT c.relname INTO month FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'chat_message'::regclass
    AND c.relname < to_char((now() - make_interval(months => months)) AT TIME ZONE 'UTC', '"chat_message_"YYYY_MM')
  ORDER BY c.relname LIMIT 1;
  IF month IS NULL THEN
    RETURN false;
  END IF;
  since := to_timestamp(right(month, 7), 'YYYY_MM')::timestamp AT TIME ZONE 'UTC';
  until := (to_timestamp(right(month, 7), 'YYYY_MM')::timestamp + interval '1 month') AT TIME ZONE 'UTC';
  EXECUTE format('SELECT min(id), max(id) FROM %I', month) INTO first_id, last_id;

  DELETE FROM chat_message_status WHERE ctid = ANY (ARRAY(
    SELECT s.ctid FROM chat_message_status s
    WHERE s."messageId" BETWEEN first_id AND last_id AND s."messageCreatedAt" >= since AND s."messageCreatedAt" < until LIMIT batch));
  GET DIAGNOSTICS done = ROW_COUNT;
  IF done = batch THEN
    RETURN true;
  END IF;
  DELETE FROM chat_message_reaction WHERE ctid = ANY (ARRAY(
    SELECT r.ctid FROM chat_message_reaction r
    WHERE r."messageId" BETWEEN first_id AND last_id AND r."messageCreatedAt" >= since AND r."messageCreatedAt" < until LIMIT batch));
  GET DIAGNOSTICS done = ROW_COUNT;
  IF done = batch THEN
    RETURN true;
  END IF;
  DELETE FROM chat_message_search WHERE ctid = ANY (ARRAY(
    SELECT s.ctid FROM chat_month_ends(month) e JOIN chat_message_search s ON s."chatChannelId" = e.channel AND s.seq <= e.seq
    LIMIT batch));
  GET DIAGNOSTICS done = ROW_COUNT;
  IF done = batch THEN
    RETURN true;
  END IF;

  BEGIN
    PERFORM set_config('lock_timeout', '1s', true);
    PERFORM FROM chat_month_ends(month) e JOIN chat_channel_user_mapping m ON m."chatChannelId" = e.channel
    WHERE m."lastReadSeq" < e.seq
    ORDER BY m."chatChannelId", m."userId" FOR NO KEY UPDATE OF m;
    UPDATE chat_channel_user_mapping m
    SET "lastReadMessageId" = e.id, "lastReadSeq" = e.seq,
        "lastDeliveredMessageId" = CASE WHEN m."lastDeliveredSeq" < e.seq THEN e.id ELSE m."lastDeliveredMessageId" END,
        "lastDeliveredSeq" = greatest(m."lastDeliveredSeq", e.seq)
    FROM chat_month_ends(month) e WHERE m."chatChannelId" = e.channel AND m."lastReadSeq" < e.seq;
    DELETE FROM chat_message_mention x USING chat_month_ends(month) e WHERE x."chatChannelId" = e.channel AND x.seq <= e.seq;
    -- Texts of before and after edits, which the log of events keeps.
    UPDATE chat_channel_event e SET payload = '{"content": ""}'
    WHERE e.kind = 'message_edited' AND e."messageId" BETWEEN first_id AND last_id
      AND e."messageCreatedAt" >= since AND e."messageCreatedAt" < until;
    EXECUTE format('ALTER TABLE chat_message DETACH PARTITION %I', month);
    EXECUTE format('DROP TABLE %I', month);
  EXCEPTION WHEN lock_not_available OR foreign_key_violation THEN
    RETURN false; -- somebody reads for long, or has just marked one of its messages: the next run will find it
  END;
  RETURN true;
END $$;

-- As in 0020, and drops messages.
CREATE OR REPLACE FUNCTION chat_housekeeping() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  forgotten bigint;
  old text;
  months integer := coalesce(nullif(current_setting('hubbub.message_months', true), ''), '0');
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
  IF forgotten = 20000 THEN
    RETURN true;
  END IF;
  RETURN months > 0 AND chat_drop_messages(months);
END $$;
