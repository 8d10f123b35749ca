-- Adds: chat_message_mention, chat_note_mentions(), chat_append_mentioning(), chat_rewrite_message(); to
-- chat_edit_message() the names. Locks: none that matter (a new table). Undo: DROP TABLE chat_message_mention; DROP
-- FUNCTION the three; restore chat_edit_message() and chat_delete_message() of 0007.

-- Who is meant in which message. Everybody (`@all`) is the user 0: one row, however many they are.
CREATE TABLE chat_message_mention (
  "chatChannelId" bigint NOT NULL,
  seq bigint NOT NULL,
  "userId" bigint NOT NULL,
  CONSTRAINT chat_message_mention_pkey PRIMARY KEY ("userId", "chatChannelId", seq)
);
CREATE INDEX chat_message_mention_message_idx ON chat_message_mention ("chatChannelId", seq);

-- `names`, each of the message at its place in `channels` and `seqs`: usernames in lower case, or `all`. Those that are
-- no member of the channel mean nobody; beside `all` nobody else is noted.
CREATE FUNCTION chat_note_mentions(channels bigint[], seqs bigint[], places bigint[], names text[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO chat_message_mention ("chatChannelId", seq, "userId")
  SELECT DISTINCT i.channel, i.seq, CASE WHEN i.everybody THEN 0 ELSE m."userId" END
  FROM (SELECT channels[n.place] AS channel, seqs[n.place] AS seq, n.name,
               bool_or(n.name = 'all') OVER (PARTITION BY n.place) AS everybody
        FROM unnest(places, names) AS n (place, name)) i
  LEFT JOIN chat_user u ON lower(u.username) = i.name AND NOT i.everybody
  LEFT JOIN chat_channel_user_mapping m
    ON m."chatChannelId" = i.channel AND m."userId" = u.id AND m."leftAt" IS NULL
  WHERE i.seq IS NOT NULL AND (i.everybody OR m."userId" IS NOT NULL);
END $$;

-- The group commit for messages of which some mention somebody.
CREATE FUNCTION chat_append_mentioning(channels bigint[], senders bigint[], contents text[], clients uuid[],
                                       parents bigint[], places bigint[], names text[])
RETURNS TABLE (outcome integer, "messageId" bigint, "messageCreatedAt" timestamptz, "messageSeq" bigint,
               "messageEventSeq" bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  outcomes integer[];
  ids bigint[];
  times timestamptz[];
  seqs bigint[];
  event_seqs bigint[];
BEGIN
  SELECT array_agg(a.outcome ORDER BY n), array_agg(a.id ORDER BY n), array_agg(a.at ORDER BY n),
         array_agg(a.seq ORDER BY n), array_agg(a.event_seq ORDER BY n)
  INTO outcomes, ids, times, seqs, event_seqs
  FROM chat_append_messages(channels, senders, contents, clients, parents)
       WITH ORDINALITY AS a (outcome, id, at, seq, event_seq, n);
  -- A statement of its own: it sees the members as of the channels' locks. Only what is stored now has a seq to note.
  PERFORM chat_note_mentions(
    channels, ARRAY(SELECT CASE o.outcome WHEN 0 THEN o.seq END FROM unnest(outcomes, seqs) AS o (outcome, seq)),
    places, names);
  RETURN QUERY SELECT * FROM unnest(outcomes, ids, times, seqs, event_seqs);
END $$;

-- Gives an opened message another text, with the mentions in it.
CREATE FUNCTION chat_rewrite_message(in_channel bigint, in_message bigint, in_created_at timestamptz, in_content text,
                                     names text[], edited timestamptz, deleted timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  place bigint;
BEGIN
  UPDATE chat_message m SET content = in_content, "editedAt" = coalesce(edited, m."editedAt"), "deletedAt" = deleted
  WHERE m.id = in_message AND m."createdAt" = in_created_at
  RETURNING m.seq INTO place;
  DELETE FROM chat_message_mention x WHERE x."chatChannelId" = in_channel AND x.seq = place;
  IF cardinality(names) > 0 THEN
    PERFORM chat_note_mentions(ARRAY[in_channel], ARRAY[place], array_fill(1::bigint, ARRAY[cardinality(names)]), names);
  END IF;
END $$;

DROP FUNCTION chat_edit_message(bigint, bigint, bigint, text);

-- Only the author edits. The same text again changes nothing.
CREATE FUNCTION chat_edit_message(in_channel bigint, in_actor bigint, in_message bigint, in_content text, names text[])
RETURNS TABLE (outcome integer, "eventSeq" bigint, at timestamptz, "messageCreatedAt" timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  opened record;
BEGIN
  SELECT * INTO opened FROM chat_open_message(in_channel, in_actor, in_message);
  outcome := CASE WHEN opened.outcome = 0 AND opened.author <> in_actor THEN 7 ELSE opened.outcome END;
  "eventSeq" := 0;
  at := opened.at;
  "messageCreatedAt" := opened."messageCreatedAt";
  IF outcome = 0 AND opened.content <> in_content THEN
    "eventSeq" := opened.next;
    PERFORM chat_rewrite_message(in_channel, in_message, opened."messageCreatedAt", in_content, names, opened.at, NULL);
    PERFORM chat_log_event(in_channel, opened.next, opened.at, 'message_edited', in_message, opened."messageCreatedAt",
                           in_actor, jsonb_build_object('content', in_content));
  END IF;
  RETURN NEXT;
END $$;

-- As in 0007, but for the mentions.
CREATE OR REPLACE FUNCTION chat_delete_message(in_channel bigint, in_actor bigint, in_message bigint, of_others boolean)
RETURNS TABLE (outcome integer, "eventSeq" bigint, at timestamptz, "messageCreatedAt" timestamptz, "actorRole" text,
               "channelType" text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  opened record;
BEGIN
  SELECT * INTO opened FROM chat_open_message(in_channel, in_actor, in_message);
  outcome := CASE WHEN opened.outcome = 0 AND opened.author <> in_actor AND NOT of_others THEN 7 ELSE opened.outcome END;
  "eventSeq" := opened.next;
  at := opened.at;
  "messageCreatedAt" := opened."messageCreatedAt";
  "actorRole" := opened."actorRole";
  "channelType" := opened."channelType";
  IF outcome = 0 THEN
    PERFORM chat_rewrite_message(in_channel, in_message, opened."messageCreatedAt", '', '{}', NULL, opened.at);
    UPDATE chat_channel_event e SET payload = '{"content": ""}'
    WHERE e."messageId" = in_message AND e.kind = 'message_edited';
    DELETE FROM chat_message_reaction r
    WHERE r."messageId" = in_message AND r."messageCreatedAt" = opened."messageCreatedAt";
    PERFORM chat_log_event(in_channel, opened.next, opened.at, 'message_deleted', in_message, opened."messageCreatedAt",
                           in_actor, '{}');
  END IF;
  RETURN NEXT;
END $$;
