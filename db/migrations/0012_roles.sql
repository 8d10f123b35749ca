-- Adds: chat_role_stands(), chat_has_another(), chat_set_role(), chat_update_channel(); to chat_add_member() and
-- chat_remove_member() the role for which a rule was checked, and that a channel with members always has an owner.
-- Locks: none. Undo: DROP FUNCTION the four; restore the functions of 0005.
--
-- The rules for roles are the caller's; he gives the role that the actor had when they were checked.
-- outcome as in 0005, and 10: he is the last owner, 11: the actor's role has changed since.

CREATE FUNCTION chat_role_stands(in_channel bigint, in_actor bigint, in_role text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  RETURN in_role IS NULL OR EXISTS (
    SELECT FROM chat_channel_user_mapping m
    WHERE m."chatChannelId" = in_channel AND m."userId" = in_actor AND m."leftAt" IS NULL AND m.role = in_role);
END $$;

-- Whether the channel has a member besides this one: an owner, or any.
CREATE FUNCTION chat_has_another(in_channel bigint, in_user bigint, is_owner boolean) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM chat_channel_user_mapping m
    WHERE m."chatChannelId" = in_channel AND m."leftAt" IS NULL AND m."userId" <> in_user
      AND (m.role = 'owner' OR NOT is_owner));
END $$;

DROP FUNCTION chat_add_member(bigint, bigint, text, bigint);
DROP FUNCTION chat_remove_member(bigint, bigint, bigint);

-- Who comes into an empty channel becomes its owner. `in_actor_role` is null if no rule was checked for the actor.
CREATE FUNCTION chat_add_member(in_channel bigint, in_user bigint, in_role text, in_actor bigint, in_actor_role text)
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

-- The last owner stays as long as others are there.
CREATE FUNCTION chat_remove_member(in_channel bigint, in_user bigint, in_actor bigint, in_actor_role text)
RETURNS TABLE (outcome integer, "memberRole" text, "memberSince" timestamptz, username text, "displayName" text,
               "eventSeq" bigint, at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  head record;
BEGIN
  SELECT * INTO head FROM chat_channel_head h WHERE h."chatChannelId" = in_channel FOR NO KEY UPDATE;
  SELECT m.role, m."joinedAt", u.username, u."displayName"
  INTO "memberRole", "memberSince", username, "displayName"
  FROM chat_channel_user_mapping m JOIN chat_user u ON u.id = m."userId"
  WHERE m."chatChannelId" = in_channel AND m."userId" = in_user AND m."leftAt" IS NULL;
  outcome := CASE WHEN NOT FOUND THEN 3
                  WHEN NOT chat_role_stands(in_channel, in_actor, in_actor_role) THEN 11
                  WHEN "memberRole" = 'owner' AND NOT chat_has_another(in_channel, in_user, true)
                    AND chat_has_another(in_channel, in_user, false) THEN 10
                  ELSE 0 END;
  IF outcome = 0 THEN
    at := date_trunc('milliseconds', clock_timestamp());
    "eventSeq" := head."lastEventSeq" + 1;
    UPDATE chat_channel_user_mapping m SET "leftAt" = at
    WHERE m."chatChannelId" = in_channel AND m."userId" = in_user;
    PERFORM chat_log_event(in_channel, head."lastEventSeq" + 1, at, 'user_left', NULL, NULL, in_actor,
                           jsonb_build_object('userId', in_user));
  END IF;
  RETURN NEXT;
END $$;

-- No durable event: "eventSeq" is 0.
CREATE FUNCTION chat_set_role(in_channel bigint, in_user bigint, in_role text, in_actor bigint, in_actor_role text)
RETURNS TABLE (outcome integer, "memberRole" text, "memberSince" timestamptz, username text, "displayName" text,
               "eventSeq" bigint, at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  before text;
BEGIN
  PERFORM FROM chat_channel_head h WHERE h."chatChannelId" = in_channel FOR NO KEY UPDATE;
  SELECT m.role, m."joinedAt", u.username, u."displayName"
  INTO before, "memberSince", username, "displayName"
  FROM chat_channel_user_mapping m JOIN chat_user u ON u.id = m."userId"
  WHERE m."chatChannelId" = in_channel AND m."userId" = in_user AND m."leftAt" IS NULL;
  outcome := CASE WHEN NOT FOUND THEN 3
                  WHEN NOT chat_role_stands(in_channel, in_actor, in_actor_role) THEN 11
                  WHEN before = 'owner' AND in_role <> 'owner' AND NOT chat_has_another(in_channel, in_user, true) THEN 10
                  ELSE 0 END;
  "memberRole" := in_role;
  "eventSeq" := 0;
  at := date_trunc('milliseconds', clock_timestamp());
  IF outcome = 0 THEN
    UPDATE chat_channel_user_mapping m SET role = in_role
    WHERE m."chatChannelId" = in_channel AND m."userId" = in_user;
  END IF;
  RETURN NEXT;
END $$;

-- Sets what is not null. An archived channel takes nothing but its return. Locks the head, so that after the answer no
-- message comes into a channel that is archived.
CREATE FUNCTION chat_update_channel(in_channel bigint, in_actor bigint, in_actor_role text, in_name text, in_topic text,
                                    in_archived boolean)
RETURNS integer LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  was_archived timestamptz;
BEGIN
  PERFORM FROM chat_channel_head h WHERE h."chatChannelId" = in_channel FOR NO KEY UPDATE;
  IF NOT chat_role_stands(in_channel, in_actor, in_actor_role) THEN
    RETURN 11;
  END IF;
  SELECT c."archivedAt" INTO was_archived FROM chat_channel c WHERE c.id = in_channel;
  IF was_archived IS NOT NULL AND in_archived IS DISTINCT FROM false AND (in_name IS NOT NULL OR in_topic IS NOT NULL) THEN
    RETURN 4;
  END IF;
  UPDATE chat_channel c
  SET name = coalesce(in_name, c.name), topic = coalesce(in_topic, c.topic),
      "archivedAt" = CASE in_archived WHEN true THEN coalesce(c."archivedAt", date_trunc('milliseconds', clock_timestamp()))
                                      WHEN false THEN NULL
                                      ELSE c."archivedAt" END
  WHERE c.id = in_channel;
  RETURN 0;
END $$;
