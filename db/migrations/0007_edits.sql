-- Adds: chat_open_message(), chat_log_event(), chat_edit_message(), chat_delete_message(), and the index that finds the
-- logged texts of a message. Locks: SHARE on chat_channel_event while the index is built (writers of edits and
-- memberships wait). Undo: DROP FUNCTION the four; DROP INDEX chat_channel_event_edit_idx.
--
-- Like the write path of messages they lock the channel's head first. "eventSeq" 0: nothing changed.
-- outcome: 0 done, 2 no such channel (or a private one of others), 3 not a member, 4 archived, 5 no such message,
-- 7 of another author, 8 deleted.

CREATE INDEX chat_channel_event_edit_idx ON chat_channel_event ("messageId") WHERE kind = 'message_edited';

-- Locks the channel and finds the message that a member wants to change. `next` is the eventSeq that the change gets.
CREATE FUNCTION chat_open_message(in_channel bigint, in_actor bigint, in_message bigint)
RETURNS TABLE (outcome integer, next bigint, at timestamptz, "messageCreatedAt" timestamptz, author bigint, content text,
               "actorRole" text, "channelType" text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  archived timestamptz;
  deleted timestamptz;
BEGIN
  SELECT h."lastEventSeq" + 1 INTO next FROM chat_channel_head h WHERE h."chatChannelId" = in_channel FOR NO KEY UPDATE;
  SELECT c.type, c."archivedAt", m.role INTO "channelType", archived, "actorRole"
  FROM chat_channel c
  LEFT JOIN chat_channel_user_mapping m ON m."chatChannelId" = c.id AND m."userId" = in_actor AND m."leftAt" IS NULL
  WHERE c.id = in_channel;
  SELECT m."createdAt", m."senderId", m.content, m."deletedAt" INTO "messageCreatedAt", author, content, deleted
  FROM chat_message m WHERE m.id = in_message AND m."chatChannelId" + 0 = in_channel;
  at := greatest(date_trunc('milliseconds', clock_timestamp()), "messageCreatedAt");
  outcome := CASE WHEN "channelType" IS NULL OR "actorRole" IS NULL AND "channelType" <> 'public' THEN 2
                  WHEN "actorRole" IS NULL THEN 3
                  WHEN author IS NULL THEN 5
                  WHEN archived IS NOT NULL THEN 4
                  WHEN deleted IS NOT NULL THEN 8
                  ELSE 0 END;
  RETURN NEXT;
END $$;

CREATE FUNCTION chat_log_event(in_channel bigint, in_event_seq bigint, in_at timestamptz, in_kind text, in_message bigint,
                               in_message_created_at timestamptz, in_actor bigint, in_payload jsonb)
RETURNS void LANGUAGE sql AS $$
  UPDATE chat_channel_head SET "lastEventSeq" = in_event_seq WHERE "chatChannelId" = in_channel;
  INSERT INTO chat_channel_event ("chatChannelId", "eventSeq", at, kind, "messageId", "messageCreatedAt", "actorId", payload)
  VALUES (in_channel, in_event_seq, in_at, in_kind, in_message, in_message_created_at, in_actor, in_payload);
$$;

-- Only the author edits. The same text again changes nothing.
CREATE FUNCTION chat_edit_message(in_channel bigint, in_actor bigint, in_message bigint, in_content text)
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
    UPDATE chat_message m SET content = in_content, "editedAt" = opened.at
    WHERE m.id = in_message AND m."createdAt" = opened."messageCreatedAt";
    PERFORM chat_log_event(in_channel, opened.next, opened.at, 'message_edited', in_message, opened."messageCreatedAt",
                           in_actor, jsonb_build_object('content', in_content));
  END IF;
  RETURN NEXT;
END $$;

-- Deletes an own message or, with `of_others`, anybody's: whether the actor may is the caller's rule, for which role and
-- type are given. Its text is gone from the log as well; the row stays, so that seq has no gap.
CREATE FUNCTION chat_delete_message(in_channel bigint, in_actor bigint, in_message bigint, of_others boolean)
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
    UPDATE chat_message m SET content = '', "deletedAt" = opened.at
    WHERE m.id = in_message AND m."createdAt" = opened."messageCreatedAt";
    UPDATE chat_channel_event e SET payload = '{"content": ""}'
    WHERE e."messageId" = in_message AND e.kind = 'message_edited';
    DELETE FROM chat_message_reaction r
    WHERE r."messageId" = in_message AND r."messageCreatedAt" = opened."messageCreatedAt";
    PERFORM chat_log_event(in_channel, opened.next, opened.at, 'message_deleted', in_message, opened."messageCreatedAt",
                           in_actor, '{}');
  END IF;
  RETURN NEXT;
END $$;
