-- Adds: chat_add_member(), chat_remove_member(): changes of membership, each with its event in the channel's log.
-- Locks: none. Undo: DROP FUNCTION both.
--
-- Like the write path of messages they lock the channel's head first. "eventSeq" 0: nothing changed.
-- outcome: 0 done, 2 no such channel, 3 not a member, 4 archived, 6 no such user.

CREATE FUNCTION chat_add_member(in_channel bigint, in_user bigint, in_role text, in_actor bigint)
RETURNS TABLE (outcome integer, "memberRole" text, "memberSince" timestamptz, username text, "displayName" text,
               "eventSeq" bigint, at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  seen record;
  head record;
BEGIN
  SELECT * INTO head FROM chat_channel_head h WHERE h."chatChannelId" = in_channel FOR NO KEY UPDATE;
  SELECT c."archivedAt", c."lastMessageId", u.id AS "userId", u.username, u."displayName", m.role, m."joinedAt", m."leftAt"
  INTO seen
  FROM chat_channel c
  LEFT JOIN chat_user u ON u.id = in_user
  LEFT JOIN chat_channel_user_mapping m ON m."chatChannelId" = c.id AND m."userId" = in_user
  WHERE c.id = in_channel;
  outcome := CASE WHEN NOT FOUND THEN 2 WHEN seen."userId" IS NULL THEN 6 ELSE 0 END;
  IF outcome = 0 THEN
    username := seen.username;
    "displayName" := seen."displayName";
    at := date_trunc('milliseconds', clock_timestamp());
    IF seen.role IS NOT NULL AND seen."leftAt" IS NULL THEN -- there already
      "memberRole" := seen.role;
      "memberSince" := seen."joinedAt";
      "eventSeq" := 0;
    ELSIF seen."archivedAt" IS NOT NULL THEN
      outcome := 4;
    ELSE
      -- Who comes in has read what was written before.
      INSERT INTO chat_channel_user_mapping AS m
        ("chatChannelId", "userId", role, "joinedAt", "lastReadMessageId", "lastReadSeq", "lastDeliveredMessageId",
         "lastDeliveredSeq")
      VALUES (in_channel, in_user, in_role, at, seen."lastMessageId", head."lastSeq", seen."lastMessageId", head."lastSeq")
      ON CONFLICT ON CONSTRAINT chat_channel_user_mapping_pkey DO UPDATE
        SET role = excluded.role, "joinedAt" = excluded."joinedAt", "leftAt" = NULL,
            "lastReadMessageId" = excluded."lastReadMessageId", "lastReadSeq" = excluded."lastReadSeq",
            "lastDeliveredMessageId" = excluded."lastDeliveredMessageId", "lastDeliveredSeq" = excluded."lastDeliveredSeq";
      UPDATE chat_channel_head h SET "lastEventSeq" = head."lastEventSeq" + 1 WHERE h."chatChannelId" = in_channel;
      "memberRole" := in_role;
      "memberSince" := at;
      "eventSeq" := head."lastEventSeq" + 1;
      INSERT INTO chat_channel_event ("chatChannelId", "eventSeq", at, kind, "actorId", payload)
      VALUES (in_channel, head."lastEventSeq" + 1, at, 'user_joined', in_actor, jsonb_build_object('userId', in_user));
    END IF;
  END IF;
  RETURN NEXT;
END $$;

CREATE FUNCTION chat_remove_member(in_channel bigint, in_user bigint, in_actor bigint)
RETURNS TABLE (outcome integer, "memberRole" text, "memberSince" timestamptz, username text, "displayName" text,
               "eventSeq" bigint, at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  head record;
BEGIN
  SELECT * INTO head FROM chat_channel_head h WHERE h."chatChannelId" = in_channel FOR NO KEY UPDATE;
  at := date_trunc('milliseconds', clock_timestamp());
  UPDATE chat_channel_user_mapping m SET "leftAt" = at
  FROM chat_user u
  WHERE m."chatChannelId" = in_channel AND m."userId" = in_user AND m."leftAt" IS NULL AND u.id = in_user
  RETURNING m.role, m."joinedAt", u.username, u."displayName"
  INTO "memberRole", "memberSince", username, "displayName";
  IF FOUND THEN
    outcome := 0;
    "eventSeq" := head."lastEventSeq" + 1;
    UPDATE chat_channel_head h SET "lastEventSeq" = head."lastEventSeq" + 1 WHERE h."chatChannelId" = in_channel;
    INSERT INTO chat_channel_event ("chatChannelId", "eventSeq", at, kind, "actorId", payload)
    VALUES (in_channel, head."lastEventSeq" + 1, at, 'user_left', in_actor, jsonb_build_object('userId', in_user));
  ELSE
    outcome := 3;
  END IF;
  RETURN NEXT;
END $$;
