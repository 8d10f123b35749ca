-- Adds: to the search index that its work is linear in a text and bounded, that edits are indexed after their transaction, and
-- that one message that cannot be indexed is passed over (chat_skip_indexing()). Mends what a first indexing that ran beside an
-- edit or a deletion has left. Locks: ACCESS EXCLUSIVE on chat_message_search while edited and deleted messages are looked for:
-- one scan of chat_message, in which nothing can be searched or indexed; messages are sent and read meanwhile. Undo: UPDATE chat_message_search SET vector = chat_search_vector(content) where it
-- is null; DROP INDEX chat_message_search_stale_idx; DROP FUNCTION chat_skip_indexing; restore the functions of 0019.

-- A row without a vector is of a message that was edited: searches read the message itself until it is indexed again.
ALTER TABLE chat_message_search ALTER COLUMN vector DROP NOT NULL;
CREATE INDEX chat_message_search_stale_idx ON chat_message_search ("chatChannelId", seq) WHERE vector IS NULL;

-- As in 0019, but each run is split in one go, and what is behind the first 16,384 characters of the folded text is left out:
-- one character may fold to 18.
CREATE OR REPLACE FUNCTION chat_search_tokens(content text)
RETURNS TABLE (run bigint, place bigint, token text, is_pair boolean, is_rest boolean)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  -- To look into the array of a match copies all of it: once a run, not once a character.
  WITH runs AS MATERIALIZED (
    SELECT r.n, r.found[1] AS joined, r.found[1] IS NOT NULL AS is_joined, left(r.found[2], 64) AS word
  FROM regexp_matches(
         lower(left(normalize(content, NFKC), 16384) COLLATE "und-x-icu"),
         '([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+)|([^[:space:][:punct:]\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+)' COLLATE "und-x-icu",
         'g') WITH ORDINALITY AS r (found, n))
  SELECT r.n, p.at, CASE WHEN r.is_joined THEN p.letter || coalesce(p.next, '') ELSE r.word END,
         r.is_joined, r.is_joined AND p.next IS NULL
  FROM runs r
  CROSS JOIN LATERAL (
    SELECT c.at, c.letter, lead(c.letter) OVER (ORDER BY c.at) AS next
    FROM string_to_table(coalesce(r.joined, '-'), NULL) WITH ORDINALITY AS c (letter, at)) p;
$$;

-- As in 0019, and at most about a million bytes of text at a time, what was edited first.
CREATE OR REPLACE FUNCTION chat_index_messages(channels bigint[], batch bigint) RETURNS TABLE (channel bigint)
LANGUAGE plpgsql AS $$
DECLARE
  bytes bigint := 1000000;
  head record;
  stale record;
  fresh record;
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  INSERT INTO chat_search_head ("chatChannelId")
  SELECT c.id FROM chat_channel c WHERE c.id = ANY (channels) ORDER BY c.id
  ON CONFLICT ON CONSTRAINT chat_search_head_pkey DO NOTHING;
  FOR channel IN SELECT unnest(channels) LOOP
    IF batch > 0 AND bytes > 0 THEN
      SELECT h."indexedSeq" AS seq, h."indexedAt" AS at INTO head
      FROM chat_search_head h WHERE h."chatChannelId" = channel FOR NO KEY UPDATE SKIP LOCKED;
      CONTINUE WHEN NOT FOUND;
      -- Statements of their own: they see the edits that were made before the lock.
      WITH stale AS MATERIALIZED (
        SELECT * FROM (
          SELECT s.seq, m.content, octet_length(m.content) AS size,
                 sum(octet_length(m.content)) OVER (ORDER BY s.seq) AS size_so_far
          FROM (SELECT * FROM chat_message_search s WHERE s."chatChannelId" = channel AND s.vector IS NULL
                ORDER BY s.seq LIMIT batch) s
          JOIN chat_message m ON m.id = s."messageId" AND m."createdAt" = s."createdAt") sized
        WHERE size_so_far - size < bytes
      ), written AS (
        UPDATE chat_message_search s SET vector = chat_search_vector(f.content)
        FROM stale f WHERE s."chatChannelId" = channel AND s.seq = f.seq
      )
      SELECT count(*) AS count, coalesce(sum(f.size), 0) AS size INTO stale FROM stale f;
      batch := batch - stale.count;
      bytes := bytes - stale.size;
    END IF;
    IF batch > 0 AND bytes > 0 THEN
      WITH fresh AS MATERIALIZED (
        SELECT * FROM (
          SELECT m.*, octet_length(m.content) AS size,
                 sum(octet_length(m.content)) OVER (ORDER BY m."createdAt", m.seq) AS size_so_far
          FROM (SELECT m."createdAt", m.seq, m.id, m.content, m."deletedAt" FROM chat_message m
                WHERE m."chatChannelId" = channel AND m."createdAt" >= head.at
                  AND (m."createdAt", m.seq) > (head.at, head.seq)
                ORDER BY m."createdAt", m.seq LIMIT batch) m) sized
        WHERE size_so_far - size < bytes
      ), written AS (
        INSERT INTO chat_message_search ("chatChannelId", "createdAt", seq, "messageId", vector)
        SELECT channel, f."createdAt", f.seq, f.id, chat_search_vector(f.content) FROM fresh f WHERE f."deletedAt" IS NULL
      )
      SELECT count(*) AS count, coalesce(sum(f.size), 0) AS size, max(f.seq) AS seq, max(f."createdAt") AS at
      INTO fresh FROM fresh f;
      IF fresh.count > 0 THEN
        UPDATE chat_search_head h SET "indexedSeq" = fresh.seq, "indexedAt" = fresh.at WHERE h."chatChannelId" = channel;
        batch := batch - fresh.count;
        bytes := bytes - fresh.size;
      END IF;
    END IF;
    IF batch <= 0 OR bytes <= 0 THEN
      RETURN NEXT;
    END IF;
  END LOOP;
END $$;

-- Passes over the message of the channel whose turn it is: it is found by nothing. Returns its id; no row: there is none.
CREATE FUNCTION chat_skip_indexing(in_channel bigint) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE
  head record;
  skipped record;
BEGIN
  SELECT h."indexedSeq" AS seq, h."indexedAt" AS at INTO head
  FROM chat_search_head h WHERE h."chatChannelId" = in_channel FOR NO KEY UPDATE;
  UPDATE chat_message_search s SET vector = ''
  WHERE s."chatChannelId" = in_channel AND s.seq = (
    SELECT t.seq FROM chat_message_search t WHERE t."chatChannelId" = in_channel AND t.vector IS NULL ORDER BY t.seq LIMIT 1)
  RETURNING s."messageId" AS id INTO skipped;
  IF NOT FOUND THEN
    SELECT m.id, m.seq, m."createdAt" AS at INTO skipped FROM chat_message m
    WHERE m."chatChannelId" = in_channel AND m."createdAt" >= coalesce(head.at, '-infinity')
      AND (m."createdAt", m.seq) > (coalesce(head.at, '-infinity'), coalesce(head.seq, 0))
    ORDER BY m."createdAt", m.seq LIMIT 1;
    IF NOT FOUND THEN
      RETURN;
    END IF;
    INSERT INTO chat_message_search ("chatChannelId", "createdAt", seq, "messageId", vector)
    VALUES (in_channel, skipped.at, skipped.seq, skipped.id, '');
    INSERT INTO chat_search_head AS h ("chatChannelId", "indexedSeq", "indexedAt") VALUES (in_channel, skipped.seq, skipped.at)
    ON CONFLICT ON CONSTRAINT chat_search_head_pkey
      DO UPDATE SET "indexedSeq" = excluded."indexedSeq", "indexedAt" = excluded."indexedAt";
  END IF;
  RETURN NEXT skipped.id;
END $$;

-- As in 0019, but the new text is indexed later, and the channel's head is there to be locked: who fills the index for the first
-- time has read the text before it changes, and is done, or reads it afterwards.
CREATE OR REPLACE FUNCTION chat_rewrite_message(in_channel bigint, in_message bigint, in_created_at timestamptz,
                                                in_content text, names text[], edited timestamptz, deleted timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  place bigint;
BEGIN
  INSERT INTO chat_search_head ("chatChannelId") VALUES (in_channel)
  ON CONFLICT ON CONSTRAINT chat_search_head_pkey DO NOTHING;
  PERFORM FROM chat_search_head h WHERE h."chatChannelId" = in_channel FOR NO KEY UPDATE;
  UPDATE chat_message m SET content = in_content, "editedAt" = coalesce(edited, m."editedAt"), "deletedAt" = deleted
  WHERE m.id = in_message AND m."createdAt" = in_created_at
  RETURNING m.seq INTO place;
  DELETE FROM chat_message_mention x WHERE x."chatChannelId" = in_channel AND x.seq = place;
  IF cardinality(names) > 0 THEN
    PERFORM chat_note_mentions(ARRAY[in_channel], ARRAY[place], array_fill(1::bigint, ARRAY[cardinality(names)]), names);
  END IF;
  IF deleted IS NULL THEN
    UPDATE chat_message_search s SET vector = NULL WHERE s."chatChannelId" = in_channel AND s.seq = place;
  ELSE
    DELETE FROM chat_message_search s WHERE s."chatChannelId" = in_channel AND s.seq = place;
  END IF;
END $$;

DELETE FROM chat_message_search s USING chat_message m
WHERE m."deletedAt" IS NOT NULL AND s."chatChannelId" = m."chatChannelId" AND s.seq = m.seq;
UPDATE chat_message_search s SET vector = NULL FROM chat_message m
WHERE m."editedAt" IS NOT NULL AND s."chatChannelId" = m."chatChannelId" AND s.seq = m.seq;
