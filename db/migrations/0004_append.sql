-- Adds: chat_append_messages(), chat_append_message(): the write path of messages. Locks: none. Undo: DROP FUNCTION both.
--
-- Both lock the channels' heads first. Every later statement then sees what was committed before the lock was got, and
-- nobody else draws numbers for these channels: id, seq, eventSeq and commit have one order in a channel.
-- outcome: 0 stored, 1 stored before under the same clientMessageId, 2 no such channel (or a private one of others),
-- 3 not a member, 4 archived, 5 the parent is not a message of the channel. For 0 and 1 the message's key is given.

-- The group commit: one row out for each message in, in the same order. `parents` is null if no message has one.
-- The caller gives no (channel, sender, clientMessageId) twice in one call.
CREATE FUNCTION chat_append_messages(channels bigint[], senders bigint[], contents text[], clients uuid[], parents bigint[])
RETURNS TABLE (outcome integer, "messageId" bigint, "messageCreatedAt" timestamptz, "messageSeq" bigint,
               "messageEventSeq" bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  at timestamptz;
  parent_ats timestamptz[];
BEGIN
  PERFORM FROM chat_channel_head WHERE "chatChannelId" = ANY (channels) ORDER BY "chatChannelId" FOR NO KEY UPDATE;
  at := date_trunc('milliseconds', clock_timestamp());
  IF parents IS NOT NULL THEN
    parent_ats := ARRAY(
      -- "+ 0": the message is looked up by its id, not by reading the whole channel
      SELECT (SELECT p."createdAt" FROM chat_message p WHERE p.id = i.parent AND p."chatChannelId" + 0 = i.channel)
      FROM unnest(channels, parents) WITH ORDINALITY AS i (channel, parent, n) ORDER BY n);
  END IF;
  RETURN QUERY
  WITH head AS MATERIALIZED (
    SELECT h."chatChannelId", h."lastSeq", h."lastEventSeq", c.type, c."archivedAt", c."lastMessageAt"
    FROM chat_channel_head h JOIN chat_channel c ON c.id = h."chatChannelId"
    WHERE h."chatChannelId" = ANY (channels)
  ), known AS MATERIALIZED (
    SELECT * FROM chat_message_dedup WHERE "clientMessageId" = ANY (clients)
  ), judged AS (
    SELECT i.*, h."lastSeq", h."lastEventSeq", h."lastMessageAt", k."messageId" AS "knownId", k."messageCreatedAt" AS "knownAt",
           CASE WHEN h.type IS NULL OR m."userId" IS NULL AND h.type <> 'public' THEN 2
                WHEN m."userId" IS NULL THEN 3
                WHEN k."messageId" IS NOT NULL THEN 1
                WHEN h."archivedAt" IS NOT NULL THEN 4
                WHEN i.parent IS NOT NULL AND i."parentCreatedAt" IS NULL THEN 5
                ELSE 0 END AS verdict
    FROM unnest(channels, senders, contents, clients, parents, parent_ats) WITH ORDINALITY
         AS i (channel, sender, content, client, parent, "parentCreatedAt", n)
    LEFT JOIN head h ON h."chatChannelId" = i.channel
    LEFT JOIN chat_channel_user_mapping m
      ON m."chatChannelId" = i.channel AND m."userId" = i.sender AND m."leftAt" IS NULL
    LEFT JOIN known k ON k."clientMessageId" = i.client AND k."chatChannelId" = i.channel AND k."senderId" = i.sender
  ), numbered AS MATERIALIZED (
    SELECT n, verdict, channel, sender, content, client, parent, "parentCreatedAt",
           CASE verdict WHEN 0 THEN nextval('chat_message_id_seq') WHEN 1 THEN "knownId" END AS id,
           CASE verdict WHEN 0 THEN greatest(at, "lastMessageAt") WHEN 1 THEN "knownAt" END AS "createdAt",
           "lastSeq" + place AS seq, "lastEventSeq" + place AS "eventSeq"
    FROM (SELECT *, count(*) FILTER (WHERE verdict = 0) OVER (PARTITION BY channel ORDER BY n) AS place FROM judged) placed
  ), written AS (
    INSERT INTO chat_message (id, "createdAt", "chatChannelId", seq, "eventSeq", "senderId", content, "clientMessageId",
                              "parentMessageId", "parentMessageCreatedAt")
    SELECT id, "createdAt", channel, seq, "eventSeq", sender, content, client, parent, "parentCreatedAt"
    FROM numbered WHERE verdict = 0
  ), remembered AS (
    INSERT INTO chat_message_dedup ("clientMessageId", "chatChannelId", "senderId", "messageId", "messageCreatedAt")
    SELECT client, channel, sender, id, "createdAt" FROM numbered WHERE verdict = 0
  ), last AS (
    SELECT channel, max(id) AS id, max("createdAt") AS "createdAt", max(seq) AS seq, max("eventSeq") AS "eventSeq"
    FROM numbered WHERE verdict = 0 GROUP BY channel
  ), heads AS (
    UPDATE chat_channel_head h SET "lastSeq" = last.seq, "lastEventSeq" = last."eventSeq"
    FROM last WHERE h."chatChannelId" = last.channel
  ), summaries AS (
    UPDATE chat_channel c SET "lastMessageId" = last.id, "lastMessageAt" = last."createdAt"
    FROM last WHERE c.id = last.channel
  )
  SELECT verdict, id, "createdAt", seq, "eventSeq" FROM numbered ORDER BY n;
END $$;

-- The same for one message, in two statements when it is stored.
CREATE FUNCTION chat_append_message(in_channel bigint, in_sender bigint, in_content text, in_client uuid, in_parent bigint)
RETURNS TABLE (outcome integer, "messageId" bigint, "messageCreatedAt" timestamptz, "messageSeq" bigint,
               "messageEventSeq" bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  at timestamptz;
  parent_at timestamptz;
BEGIN
  SELECT 0, h."lastSeq" + 1, h."lastEventSeq" + 1 INTO outcome, "messageSeq", "messageEventSeq"
  FROM chat_channel_head h WHERE h."chatChannelId" = in_channel FOR NO KEY UPDATE;
  at := date_trunc('milliseconds', clock_timestamp());
  IF in_parent IS NOT NULL THEN
    SELECT p."createdAt" INTO parent_at FROM chat_message p WHERE p.id = in_parent AND p."chatChannelId" + 0 = in_channel;
  END IF;
  WITH channel AS (
    UPDATE chat_channel c
    SET "lastMessageId" = nextval('chat_message_id_seq'), "lastMessageAt" = greatest(at, c."lastMessageAt")
    FROM chat_channel_user_mapping m
    WHERE c.id = in_channel AND m."chatChannelId" = in_channel AND m."userId" = in_sender AND m."leftAt" IS NULL
      AND c."archivedAt" IS NULL AND (in_parent IS NULL OR parent_at IS NOT NULL)
      AND NOT EXISTS (
        SELECT FROM chat_message_dedup d
        WHERE d."clientMessageId" = in_client AND d."chatChannelId" = in_channel AND d."senderId" = in_sender)
    RETURNING c."lastMessageId" AS id, c."lastMessageAt" AS "createdAt"
  ), head AS (
    UPDATE chat_channel_head h SET "lastSeq" = "messageSeq", "lastEventSeq" = "messageEventSeq"
    FROM channel WHERE h."chatChannelId" = in_channel
  ), remembered AS (
    INSERT INTO chat_message_dedup ("clientMessageId", "chatChannelId", "senderId", "messageId", "messageCreatedAt")
    SELECT in_client, in_channel, in_sender, id, "createdAt" FROM channel
  )
  INSERT INTO chat_message (id, "createdAt", "chatChannelId", seq, "eventSeq", "senderId", content, "clientMessageId",
                            "parentMessageId", "parentMessageCreatedAt")
  SELECT id, "createdAt", in_channel, "messageSeq", "messageEventSeq", in_sender, in_content, in_client, in_parent, parent_at
  FROM channel
  RETURNING chat_message.id, chat_message."createdAt" INTO "messageId", "messageCreatedAt";
  IF FOUND THEN
    RETURN NEXT;
  ELSE -- the other function tells why
    RETURN QUERY SELECT * FROM chat_append_messages(ARRAY[in_channel], ARRAY[in_sender], ARRAY[in_content],
                                                    ARRAY[in_client], ARRAY[in_parent]);
  END IF;
END $$;
