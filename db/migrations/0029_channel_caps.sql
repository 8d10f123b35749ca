-- Adds: chat_has_room(), chat_may_make(), chat_create_channel(), chat_channel_made_idx; to chat_add_member(), chat_join_by_invite()
-- and chat_open_direct() how many channels a user may be in, to chat_update_channel() how many they may have made.
-- Locks: SHARE on chat_channel while the index is built (sends wait). Undo: DROP INDEX; DROP FUNCTION the three; restore the functions
-- of 0012, 0013 and 0015.
--
-- A user's row is locked after the channel's head, and several users' in ascending order.
-- outcome as in 0015, and 14: a user is in as many channels as they can be, 15: they have made as many.

-- Of columns that messages do not touch: their updates stay within the page (HOT).
CREATE INDEX chat_channel_made_idx ON chat_channel ("createdBy") WHERE type <> 'direct' AND "archivedAt" IS NULL;

-- Whether there is room for one more, until the end of the transaction.
CREATE FUNCTION chat_has_room(in_user bigint, count_max bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM chat_user u WHERE u.id = in_user FOR NO KEY UPDATE;
  RETURN (SELECT count(*) < count_max FROM (
    SELECT FROM chat_channel_user_mapping m WHERE m."userId" = in_user AND m."leftAt" IS NULL LIMIT count_max) AS held);
END $$;

-- The same of the channels that they have made and that are open.
CREATE FUNCTION chat_may_make(in_user bigint, count_max bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM chat_user u WHERE u.id = in_user FOR NO KEY UPDATE;
  RETURN (SELECT count(*) < count_max FROM (
    SELECT FROM chat_channel c
    WHERE c."createdBy" = in_user AND c.type <> 'direct' AND c."archivedAt" IS NULL LIMIT count_max) AS made);
END $$;

-- The maker is its owner.
CREATE FUNCTION chat_create_channel(in_type text, in_name text, in_topic text, in_user bigint, made_max bigint, count_max bigint)
RETURNS TABLE (outcome integer, channel bigint) LANGUAGE plpgsql AS $$
BEGIN
  outcome := CASE WHEN NOT chat_may_make(in_user, made_max) THEN 15
                  WHEN NOT chat_has_room(in_user, count_max) THEN 14
                  ELSE 0 END;
  IF outcome = 0 THEN
    INSERT INTO chat_channel (type, name, topic, "createdBy") VALUES (in_type, in_name, in_topic, in_user) RETURNING id INTO channel;
    INSERT INTO chat_channel_head ("chatChannelId") VALUES (channel);
    INSERT INTO chat_channel_user_mapping ("chatChannelId", "userId", role) VALUES (channel, in_user, 'owner');
  END IF;
  RETURN NEXT;
END $$;

DROP FUNCTION chat_add_member(bigint, bigint, text, bigint, text);
DROP FUNCTION chat_join_by_invite(bigint, bigint, text);
DROP FUNCTION chat_open_direct(bigint, bigint);
DROP FUNCTION chat_update_channel(bigint, bigint, text, text, text, boolean);

-- Who comes into an empty channel becomes its owner. `in_actor_role` is null if no rule was checked for the actor.
CREATE FUNCTION chat_add_member(in_channel bigint, in_user bigint, in_role text, in_actor bigint, in_actor_role text,
                                count_max bigint)
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
  outcome := CASE WHEN NOT FOUND THEN 2
                  WHEN seen."userId" IS NULL THEN 6
                  WHEN NOT chat_role_stands(in_channel, in_actor, in_actor_role) THEN 11
                  ELSE 0 END;
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
    ELSIF NOT chat_has_room(in_user, count_max) THEN
      outcome := 14;
    ELSE
      "memberRole" := CASE WHEN chat_has_another(in_channel, in_user, false) THEN in_role ELSE 'owner' END;
      -- Who comes in has read what was written before.
      INSERT INTO chat_channel_user_mapping AS m
        ("chatChannelId", "userId", role, "joinedAt", "lastReadMessageId", "lastReadSeq", "lastDeliveredMessageId",
         "lastDeliveredSeq")
      VALUES (in_channel, in_user, "memberRole", at, seen."lastMessageId", head."lastSeq", seen."lastMessageId",
              head."lastSeq")
      ON CONFLICT ON CONSTRAINT chat_channel_user_mapping_pkey DO UPDATE
        SET role = excluded.role, "joinedAt" = excluded."joinedAt", "leftAt" = NULL,
            "lastReadMessageId" = excluded."lastReadMessageId", "lastReadSeq" = excluded."lastReadSeq",
            "lastDeliveredMessageId" = excluded."lastDeliveredMessageId", "lastDeliveredSeq" = excluded."lastDeliveredSeq";
      "memberSince" := at;
      "eventSeq" := head."lastEventSeq" + 1;
      PERFORM chat_log_event(in_channel, head."lastEventSeq" + 1, at, 'user_joined', NULL, NULL, in_actor,
                             jsonb_build_object('userId', in_user));
    END IF;
  END IF;
  RETURN NEXT;
END $$;

-- By the code or, without one, by an invitation of that very user. outcome as in 0012, and 12: there is none.
CREATE FUNCTION chat_join_by_invite(in_channel bigint, in_user bigint, in_code text, count_max bigint)
RETURNS TABLE (outcome integer, "memberRole" text, "memberSince" timestamptz, username text, "displayName" text,
               "eventSeq" bigint, at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  invite bigint;
  joined record;
BEGIN
  PERFORM FROM chat_channel_head h WHERE h."chatChannelId" = in_channel FOR NO KEY UPDATE;
  SELECT i.id INTO invite FROM chat_invite i
  WHERE i."chatChannelId" = in_channel AND i."expiresAt" > now() AND i.uses < i."maxUses"
    AND CASE WHEN in_code IS NULL THEN i."userId" = in_user
             ELSE i.code = in_code AND coalesce(i."userId" = in_user, true) END
  ORDER BY i.id LIMIT 1;
  IF invite IS NULL THEN
    outcome := 12;
    RETURN NEXT;
    RETURN;
  END IF;
  SELECT * INTO joined FROM chat_add_member(in_channel, in_user, 'member', in_user, NULL, count_max);
  IF joined.outcome = 0 AND joined."eventSeq" > 0 THEN
    UPDATE chat_invite i SET uses = i.uses + 1 WHERE i.id = invite;
  END IF;
  RETURN QUERY SELECT joined.outcome, joined."memberRole", joined."memberSince", joined.username, joined."displayName",
                      joined."eventSeq", joined.at;
END $$;

-- The channel of the two, made if they have none.
CREATE FUNCTION chat_open_direct(in_user bigint, in_other bigint, count_max bigint, others_max bigint)
RETURNS TABLE (outcome integer, channel bigint, created boolean)
LANGUAGE plpgsql AS $$
DECLARE
  low bigint := least(in_user, in_other);
  high bigint := greatest(in_user, in_other);
BEGIN
  -- Both may ask at the same moment.
  PERFORM pg_advisory_xact_lock(hashtextextended('chat_direct ' || low, high));
  created := false;
  outcome := 0;
  SELECT d."chatChannelId" INTO channel FROM chat_direct d WHERE d."lowUserId" = low AND d."highUserId" = high;
  IF channel IS NULL THEN
    PERFORM FROM chat_user u WHERE u.id IN (low, high) ORDER BY u.id FOR NO KEY UPDATE;
    outcome := CASE WHEN NOT EXISTS (SELECT FROM chat_user u WHERE u.id = in_other AND u."disabledAt" IS NULL) THEN 6
                    WHEN NOT chat_has_room(in_user, count_max) OR NOT chat_has_room(in_other, others_max) THEN 14
                    ELSE 0 END;
    IF outcome = 0 THEN
      created := true;
      INSERT INTO chat_channel (type, name, "createdBy") VALUES ('direct', '', in_user) RETURNING id INTO channel;
      INSERT INTO chat_channel_head ("chatChannelId") VALUES (channel);
      INSERT INTO chat_channel_user_mapping ("chatChannelId", "userId") VALUES (channel, low), (channel, high);
      INSERT INTO chat_direct ("lowUserId", "highUserId", "chatChannelId") VALUES (low, high, channel);
    END IF;
  END IF;
  RETURN NEXT;
END $$;

-- Sets what is not null. An archived channel takes nothing but its return. Locks the head, so that after the answer no
-- message comes into a channel that is archived.
CREATE FUNCTION chat_update_channel(in_channel bigint, in_actor bigint, in_actor_role text, in_name text, in_topic text,
                                    in_archived boolean, made_max bigint)
RETURNS integer LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  was_archived timestamptz;
  maker bigint;
BEGIN
  PERFORM FROM chat_channel_head h WHERE h."chatChannelId" = in_channel FOR NO KEY UPDATE;
  IF NOT chat_role_stands(in_channel, in_actor, in_actor_role) THEN
    RETURN 11;
  END IF;
  SELECT c."archivedAt", c."createdBy" INTO was_archived, maker FROM chat_channel c WHERE c.id = in_channel;
  IF was_archived IS NOT NULL AND in_archived IS DISTINCT FROM false AND (in_name IS NOT NULL OR in_topic IS NOT NULL) THEN
    RETURN 4;
  END IF;
  IF was_archived IS NOT NULL AND NOT in_archived AND NOT chat_may_make(maker, made_max) THEN
    RETURN 15;
  END IF;
  UPDATE chat_channel c
  SET name = coalesce(in_name, c.name), topic = coalesce(in_topic, c.topic),
      "archivedAt" = CASE in_archived WHEN true THEN coalesce(c."archivedAt", date_trunc('milliseconds', clock_timestamp()))
                                      WHEN false THEN NULL
                                      ELSE c."archivedAt" END
  WHERE c.id = in_channel;
  RETURN 0;
END $$;
