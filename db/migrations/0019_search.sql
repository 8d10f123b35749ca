-- Adds: the search for messages: chat_message_search with its index, chat_search_head, chat_search_tokens(),
-- chat_search_vector(), chat_search_query(), chat_index_messages(); to chat_rewrite_message() that the index follows.
-- Locks: none that matter (new tables). Needs the extension btree_gin (PostgreSQL's own contrib; trusted). Undo: DROP the
-- tables and functions; restore chat_rewrite_message() of 0018; DROP EXTENSION btree_gin.
CREATE EXTENSION IF NOT EXISTS btree_gin;

-- What is searched for, per message: written after the message, not with it (docs/adr/0006). Of a channel everything up to
-- "indexedSeq" is in here, but what is deleted; a search reads the few messages behind it themselves.
CREATE TABLE chat_message_search (
  "chatChannelId" bigint NOT NULL,
  "createdAt" timestamptz(3) NOT NULL,
  seq bigint NOT NULL,
  "messageId" bigint NOT NULL,
  vector tsvector NOT NULL,
  CONSTRAINT chat_message_search_pkey PRIMARY KEY ("chatChannelId", seq)
);
CREATE INDEX chat_message_search_vector_idx ON chat_message_search USING gin ("chatChannelId", vector)
  WITH (fastupdate = off);

CREATE TABLE chat_search_head (
  "chatChannelId" bigint NOT NULL,
  "indexedSeq" bigint NOT NULL DEFAULT 0,
  "indexedAt" timestamptz(3) NOT NULL DEFAULT '-infinity', -- "createdAt" of that message
  CONSTRAINT chat_search_head_pkey PRIMARY KEY ("chatChannelId"),
  CONSTRAINT chat_search_head_channel_fkey FOREIGN KEY ("chatChannelId") REFERENCES chat_channel (id) ON DELETE CASCADE
);

-- The tokens of a text in their order: words; and of scripts that have none between spaces (Han, Kana, Hangul, Thai, Lao,
-- Khmer, Burmese) the pairs of neighbouring characters, with the last character alone at the end of each run.
-- The collation is named so that every database folds and splits alike.
CREATE FUNCTION chat_search_tokens(content text)
RETURNS TABLE (run bigint, place bigint, token text, is_pair boolean, is_rest boolean)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT r.n, p.at, CASE WHEN r.found[1] IS NULL THEN left(r.found[2], 64) ELSE substr(r.found[1], p.at::integer, 2) END,
         r.found[1] IS NOT NULL, r.found[1] IS NOT NULL AND p.at = length(r.found[1])
  FROM regexp_matches(
         lower(normalize(content, NFKC) COLLATE "und-x-icu"),
         '([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+)|([^[:space:][:punct:]\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+)' COLLATE "und-x-icu",
         'g') WITH ORDINALITY AS r (found, n),
       generate_series(1, coalesce(length(r.found[1]), 1)) AS p (at);
$$;

-- Positions beyond what a tsvector can hold are its last one: phrases that far behind are found by their words alone.
CREATE FUNCTION chat_search_vector(content text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(string_agg(quoted.token || ':' || least(quoted.at, 16383), ' '), '')::tsvector
  FROM (SELECT '''' || replace(replace(t.token, '\', '\\'), '''', '''''') || '''' AS token,
               row_number() OVER (ORDER BY t.run, t.place) AS at
        FROM chat_search_tokens(content) t) quoted;
$$;

-- All that is in `wanted` has to be found: words by their beginnings, runs of other scripts as they stand. Null: nothing
-- in it can be found.
CREATE FUNCTION chat_search_query(wanted text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT string_agg('(' || terms.term || ')', ' & ')::tsquery
  FROM (SELECT string_agg('''' || replace(replace(t.token, '\', '\\'), '''', '''''') || ''''
                          || CASE WHEN t.is_pair AND NOT t.is_rest THEN '' ELSE ':*' END, ' <-> ' ORDER BY t.place) AS term
        FROM (SELECT *, max(place) OVER (PARTITION BY run) AS places FROM chat_search_tokens(wanted)) t
        WHERE NOT t.is_rest OR t.places = 1
        GROUP BY t.run) terms;
$$;

-- Puts what is new in these channels into the index, at most `batch` messages. Returns the channels that have more.
-- A channel that another one is busy with is left to him.
CREATE FUNCTION chat_index_messages(channels bigint[], batch bigint) RETURNS TABLE (channel bigint) LANGUAGE plpgsql AS $$
DECLARE
  head record;
  fresh record;
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  INSERT INTO chat_search_head ("chatChannelId")
  SELECT c.id FROM chat_channel c WHERE c.id = ANY (channels) ORDER BY c.id
  ON CONFLICT ON CONSTRAINT chat_search_head_pkey DO NOTHING;
  FOR channel IN SELECT unnest(channels) LOOP
    IF batch > 0 THEN
      SELECT h."indexedSeq" AS seq, h."indexedAt" AS at INTO head
      FROM chat_search_head h WHERE h."chatChannelId" = channel FOR NO KEY UPDATE SKIP LOCKED;
      CONTINUE WHEN NOT FOUND;
      -- A statement of its own: it sees the edits that were made before the lock.
      WITH fresh AS MATERIALIZED (
        SELECT m."createdAt", m.seq, m.id, m.content, m."deletedAt" FROM chat_message m
        WHERE m."chatChannelId" = channel AND m."createdAt" >= head.at AND (m."createdAt", m.seq) > (head.at, head.seq)
        ORDER BY m."createdAt", m.seq LIMIT batch
      ), written AS (
        INSERT INTO chat_message_search ("chatChannelId", "createdAt", seq, "messageId", vector)
        SELECT channel, f."createdAt", f.seq, f.id, chat_search_vector(f.content) FROM fresh f WHERE f."deletedAt" IS NULL
      )
      SELECT count(*) AS count, max(f.seq) AS seq, max(f."createdAt") AS at INTO fresh FROM fresh f;
      IF fresh.count > 0 THEN
        UPDATE chat_search_head h SET "indexedSeq" = fresh.seq, "indexedAt" = fresh.at WHERE h."chatChannelId" = channel;
        batch := batch - fresh.count;
      END IF;
    END IF;
    IF batch <= 0 THEN
      RETURN NEXT;
    END IF;
  END LOOP;
END $$;

-- As in 0018, and the index follows. Its head is locked: who fills the index has read the text before it changes, and is
-- done, or reads it afterwards.
CREATE OR REPLACE FUNCTION chat_rewrite_message(in_channel bigint, in_message bigint, in_created_at timestamptz,
                                                in_content text, names text[], edited timestamptz, deleted timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  place bigint;
BEGIN
  PERFORM FROM chat_search_head h WHERE h."chatChannelId" = in_channel FOR NO KEY UPDATE;
  UPDATE chat_message m SET content = in_content, "editedAt" = coalesce(edited, m."editedAt"), "deletedAt" = deleted
  WHERE m.id = in_message AND m."createdAt" = in_created_at
  RETURNING m.seq INTO place;
  DELETE FROM chat_message_mention x WHERE x."chatChannelId" = in_channel AND x.seq = place;
  IF cardinality(names) > 0 THEN
    PERFORM chat_note_mentions(ARRAY[in_channel], ARRAY[place], array_fill(1::bigint, ARRAY[cardinality(names)]), names);
  END IF;
  IF deleted IS NULL THEN
    UPDATE chat_message_search s SET vector = chat_search_vector(in_content)
    WHERE s."chatChannelId" = in_channel AND s.seq = place;
  ELSE
    DELETE FROM chat_message_search s WHERE s."chatChannelId" = in_channel AND s.seq = place;
  END IF;
END $$;
