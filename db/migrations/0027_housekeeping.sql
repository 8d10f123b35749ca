-- Adds: chat_session."startedAt" (a family's first token need not stay for it), chat_retention, chat_purge(), chat_prepare_months(), chat_drop_events(),
-- chat_retire_channel(), chat_purge_references(), chat_drop_month(); chat_drop_messages() and chat_housekeeping() take small steps.
-- Locks: ACCESS EXCLUSIVE on chat_session until every row has its "startedAt", SHARE on chat_invite while its index is built;
-- each run that drops a month: ACCESS EXCLUSIVE on chat_message, chat_message_status and chat_message_reaction while the
-- catalogue changes, given up after waiting a fifth of a second. Undo: DROP FUNCTION the six; DROP TABLE chat_retention; restore
-- chat_rotate_session() of 0021 and the functions of 0022; DROP INDEX chat_session_expires_idx, chat_invite_expires_idx; ALTER
-- TABLE chat_session DROP COLUMN "startedAt".

-- When the first token of the family was issued.
ALTER TABLE chat_session ADD COLUMN "startedAt" timestamptz(3) NOT NULL DEFAULT now();
UPDATE chat_session s SET "startedAt" = f.at
FROM (SELECT "familyId", min("issuedAt") AS at FROM chat_session GROUP BY "familyId") f WHERE f."familyId" = s."familyId";
CREATE INDEX chat_session_expires_idx ON chat_session ("expiresAt");
CREATE INDEX chat_invite_expires_idx ON chat_invite ("expiresAt");

-- As in 0021, but the first token of a family goes like every other.
CREATE OR REPLACE FUNCTION chat_rotate_session(old bytea, new bytea, expires timestamptz, grace_ms bigint)
RETURNS TABLE (outcome integer, family bigint, owner bigint) LANGUAGE plpgsql AS $$
DECLARE
  token chat_session;
  latest bigint;
  first_replaced timestamptz;
  others boolean;
BEGIN
  SELECT s."familyId", s."userId" INTO family, owner FROM chat_session s WHERE s."tokenHash" = old AND NOT s."isExternal";
  PERFORM pg_advisory_xact_lock(hashtextextended('chat_session', family));
  PERFORM FROM chat_user u WHERE u.id = owner FOR SHARE;
  SELECT * INTO token FROM chat_session s WHERE s."tokenHash" = old AND NOT s."isExternal";
  SELECT max(s.id), min(s."issuedAt"), bool_or(coalesce(s.presented, s.parent) <> token.id)
  INTO latest, first_replaced, others
  FROM chat_session s WHERE s."familyId" = family AND s.id > token.id;
  IF token.id IS NULL THEN
    outcome := 2;
  ELSIF latest IS NOT NULL AND (others OR first_replaced < now() - grace_ms * interval '1 millisecond') THEN
    outcome := 1;
    UPDATE chat_session s SET "revokedAt" = now() WHERE s."familyId" = family AND s."revokedAt" IS NULL;
  ELSIF token."revokedAt" IS NOT NULL THEN
    outcome := 4;
  ELSIF token."expiresAt" <= now() THEN
    outcome := 3;
  ELSE
    outcome := 0;
    INSERT INTO chat_session ("familyId", "userId", "tokenHash", parent, presented, "startedAt", "expiresAt", "userAgent", ip)
    VALUES (family, owner, new, coalesce(latest, token.id), token.id, token."startedAt", expires, token."userAgent", token.ip);
    -- Long replaced: unknown is as good an answer as reused.
    DELETE FROM chat_session s WHERE s."familyId" = family AND s.id < token.id AND s."issuedAt" < now() - interval '7 days';
  END IF;
  RETURN NEXT;
END $$;

-- What nobody asks for any more, at most `batch` rows a table: clientMessageIds after seven days; sessions seven days after they
-- ended or expired (but a token signed elsewhere is known as revoked for as long as it would be good); expired invitations.
-- Returns whether there is more.
CREATE FUNCTION chat_purge(batch bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  forgotten bigint;
  ended bigint;
  expired bigint;
  invites bigint;
BEGIN
  DELETE FROM chat_message_dedup WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chat_message_dedup WHERE "messageCreatedAt" < now() - interval '7 days' LIMIT batch));
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  DELETE FROM chat_session WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chat_session WHERE "revokedAt" < now() - interval '7 days' AND NOT "isExternal" LIMIT batch));
  GET DIAGNOSTICS ended = ROW_COUNT;
  DELETE FROM chat_session WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chat_session WHERE "expiresAt" < now() - interval '7 days' LIMIT batch));
  GET DIAGNOSTICS expired = ROW_COUNT;
  DELETE FROM chat_invite WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM chat_invite WHERE "expiresAt" < now() LIMIT batch));
  GET DIAGNOSTICS invites = ROW_COUNT;
  RETURN greatest(forgotten, ended, expired, invites) = batch;
END $$;

-- Whoever comes while a lock of a whole table is waited for waits behind it: so not for long, and again with the next run.
CREATE FUNCTION chat_prepare_months() RETURNS void LANGUAGE plpgsql SET lock_timeout = '200ms' AS $$
BEGIN
  PERFORM chat_ensure_partitions(now() + interval '3 months');
EXCEPTION WHEN lock_not_available THEN
  NULL;
END $$;

-- Drops the months of the event log that ended 30 days ago.
CREATE FUNCTION chat_drop_events() RETURNS void LANGUAGE plpgsql SET lock_timeout = '200ms' AS $$
DECLARE
  old text;
BEGIN
  FOR old IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'chat_channel_event'::regclass
      AND c.relname < to_char((now() - interval '30 days') AT TIME ZONE 'UTC', '"chat_channel_event_"YYYY_MM')
    ORDER BY c.relname
  LOOP
    EXECUTE format('DROP TABLE %I', old);
  END LOOP;
EXCEPTION WHEN lock_not_available THEN
  NULL;
END $$;

-- How far the channels of a month that is being dropped are prepared: up to "chatChannelId".
CREATE TABLE chat_retention (
  month text NOT NULL,
  "chatChannelId" bigint NOT NULL DEFAULT 0,
  CONSTRAINT chat_retention_pkey PRIMARY KEY (month)
);

-- Prepares a channel for the end of a month: marks move behind it, mentions and the search index forget it; each at most `batch`
-- rows. Returns how many rows it was at most: fewer than `batch` if the channel is done.
--
-- Marks first: nobody marks a message of that month any more, so that none gets a new status. (Until the month is dropped it can
-- be read, but counts as read.) The index counts the month as done, so that none of it is put there again.
CREATE FUNCTION chat_retire_channel(in_channel bigint, month text, batch bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  last record;
  marks bigint;
  mentions bigint;
  words bigint;
BEGIN
  EXECUTE format('SELECT id, seq, "createdAt" AS at FROM %I WHERE "chatChannelId" = $1
                  ORDER BY "createdAt" DESC, seq DESC LIMIT 1', month) INTO last USING in_channel;
  WITH behind AS MATERIALIZED ( -- locked in the order of those who write marks
    SELECT m."userId" FROM chat_channel_user_mapping m
    WHERE m."chatChannelId" = in_channel AND m."lastReadSeq" < last.seq ORDER BY m."userId" LIMIT batch FOR NO KEY UPDATE
  )
  UPDATE chat_channel_user_mapping m
  SET "lastReadMessageId" = last.id, "lastReadSeq" = last.seq,
      "lastDeliveredMessageId" = CASE WHEN m."lastDeliveredSeq" < last.seq THEN last.id ELSE m."lastDeliveredMessageId" END,
      "lastDeliveredSeq" = greatest(m."lastDeliveredSeq", last.seq)
  FROM behind b WHERE m."chatChannelId" = in_channel AND m."userId" = b."userId";
  GET DIAGNOSTICS marks = ROW_COUNT;
  DELETE FROM chat_message_mention WHERE ctid = ANY (ARRAY(
    SELECT x.ctid FROM chat_message_mention x WHERE x."chatChannelId" = in_channel AND x.seq <= last.seq LIMIT batch));
  GET DIAGNOSTICS mentions = ROW_COUNT;
  UPDATE chat_search_head h SET "indexedSeq" = last.seq, "indexedAt" = last.at
  WHERE h."chatChannelId" = in_channel AND h."indexedSeq" < last.seq;
  DELETE FROM chat_message_search WHERE ctid = ANY (ARRAY(
    SELECT s.ctid FROM chat_message_search s WHERE s."chatChannelId" = in_channel AND s.seq <= last.seq LIMIT batch));
  GET DIAGNOSTICS words = ROW_COUNT;
  RETURN greatest(marks, mentions, words);
END $$;

-- What refers to the messages from `first_id` to `last_id` of that time, each kind at most `batch` rows. Returns how many rows it
-- was. In the log of events the texts of before and after edits become empty.
CREATE FUNCTION chat_purge_references(first_id bigint, last_id bigint, since timestamptz, until timestamptz, batch bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  statuses bigint;
  reactions bigint;
  edits bigint;
BEGIN
  DELETE FROM chat_message_status WHERE ctid = ANY (ARRAY(
    SELECT s.ctid FROM chat_message_status s
    WHERE s."messageId" BETWEEN first_id AND last_id AND s."messageCreatedAt" >= since AND s."messageCreatedAt" < until LIMIT batch));
  GET DIAGNOSTICS statuses = ROW_COUNT;
  DELETE FROM chat_message_reaction WHERE ctid = ANY (ARRAY(
    SELECT r.ctid FROM chat_message_reaction r
    WHERE r."messageId" BETWEEN first_id AND last_id AND r."messageCreatedAt" >= since AND r."messageCreatedAt" < until LIMIT batch));
  GET DIAGNOSTICS reactions = ROW_COUNT;
  UPDATE chat_channel_event SET payload = '{"content": ""}'
  WHERE ("chatChannelId", "eventSeq", at) IN (
    SELECT e."chatChannelId", e."eventSeq", e.at FROM chat_channel_event e
    WHERE e.kind = 'message_edited' AND e."messageId" BETWEEN first_id AND last_id
      AND e."messageCreatedAt" >= since AND e."messageCreatedAt" < until AND e.payload <> '{"content": ""}' LIMIT batch);
  GET DIAGNOSTICS edits = ROW_COUNT;
  RETURN statuses + reactions + edits;
END $$;
-- Drops a month of messages that nothing refers to any more; false: it cannot be had now.
--
-- To detach a partition PostgreSQL looks, with everybody locked out, whether a row of a foreign key refers to it: a join of the
-- month with all that refers to messages. So the keys are dropped and made again around it, unchecked (NOT VALID): under the
-- same lock two lookups in indexes show that nothing refers to the month, and rows of others were checked when they were written.
CREATE FUNCTION chat_drop_month(month text, first_id bigint, last_id bigint, since timestamptz, until timestamptz)
RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '200ms' AS $$
BEGIN
  LOCK TABLE chat_message, chat_message_status, chat_message_reaction IN ACCESS EXCLUSIVE MODE;
  IF chat_purge_references(first_id, last_id, since, until, 1) > 0 THEN
    RETURN true; -- written since the step before: another one
  END IF;
  ALTER TABLE chat_message_status DROP CONSTRAINT chat_message_status_message_fkey;
  ALTER TABLE chat_message_reaction DROP CONSTRAINT chat_message_reaction_message_fkey;
  EXECUTE format('DROP TABLE %I', month);
  ALTER TABLE chat_message_status ADD CONSTRAINT chat_message_status_message_fkey
    FOREIGN KEY ("messageId", "messageCreatedAt") REFERENCES chat_message (id, "createdAt") ON DELETE CASCADE NOT VALID;
  ALTER TABLE chat_message_reaction ADD CONSTRAINT chat_message_reaction_message_fkey
    FOREIGN KEY ("messageId", "messageCreatedAt") REFERENCES chat_message (id, "createdAt") ON DELETE CASCADE NOT VALID;
  RETURN true;
EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
  RETURN false;
END $$;

DROP FUNCTION chat_month_ends(text);
DROP FUNCTION chat_drop_messages(integer);

-- Takes a step towards dropping the oldest month of messages that ended `months` months ago: channel by channel, then what refers
-- to messages, at most `batch` rows of a kind; then the month, in a step that reads none. Returns whether there is another step to
-- take at once.
CREATE FUNCTION chat_drop_messages(months integer, batch bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  oldest text;
  since timestamptz;
  until timestamptz;
  first_id bigint;
  last_id bigint;
  prepared bigint;
  channel bigint;
  done bigint := 0;
BEGIN
  SELECT c.relname INTO oldest FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'chat_message'::regclass
    AND c.relname < to_char((now() - make_interval(months => months)) AT TIME ZONE 'UTC', '"chat_message_"YYYY_MM')
  ORDER BY c.relname LIMIT 1;
  IF oldest IS NULL THEN
    RETURN false;
  END IF;

  SELECT coalesce(max(r."chatChannelId"), 0) INTO prepared FROM chat_retention r WHERE r.month = oldest;
  LOOP
    EXECUTE format('SELECT "chatChannelId" FROM %I WHERE "chatChannelId" > $1 ORDER BY "chatChannelId" LIMIT 1', oldest)
    INTO channel USING prepared;
    EXIT WHEN channel IS NULL;
    done := done + 1 + chat_retire_channel(channel, oldest, batch - done);
    EXIT WHEN done >= batch;
    prepared := channel;
  END LOOP;
  IF done > 0 THEN
    INSERT INTO chat_retention AS r (month, "chatChannelId") VALUES (oldest, prepared)
    ON CONFLICT ON CONSTRAINT chat_retention_pkey DO UPDATE SET "chatChannelId" = excluded."chatChannelId";
    RETURN true;
  END IF;

  since := to_timestamp(right(oldest, 7), 'YYYY_MM')::timestamp AT TIME ZONE 'UTC';
  until := (to_timestamp(right(oldest, 7), 'YYYY_MM')::timestamp + interval '1 month') AT TIME ZONE 'UTC';
  EXECUTE format('SELECT min(id), max(id) FROM %I', oldest) INTO first_id, last_id;
  IF chat_purge_references(first_id, last_id, since, until, batch) > 0 THEN
    RETURN true;
  END IF;
  RETURN chat_drop_month(oldest, first_id, last_id, since, until);
END $$;

-- A step of what has to be done now and then, by whichever server comes first: makes partitions for three months to come, drops
-- what is old, if the setting hubbub.message_months says so messages too. Returns whether there is another step to take at once.
CREATE OR REPLACE FUNCTION chat_housekeeping() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  batch constant bigint := 5000;
  months integer := coalesce(nullif(current_setting('hubbub.message_months', true), ''), '0');
  more boolean;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('chat_housekeeping')) THEN
    RETURN false;
  END IF;
  PERFORM chat_prepare_months();
  PERFORM chat_drop_events();
  more := chat_purge(batch);
  IF months > 0 THEN
    more := chat_drop_messages(months, batch) OR more;
  END IF;
  RETURN more;
END $$;
