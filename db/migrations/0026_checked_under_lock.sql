-- Adds: chat_is_archived(); to chat_remove_member() and chat_set_role() the role that the other one had when the rule was checked,
-- and that an archived channel takes neither; to chat_change_password() the password that was checked. Locks: none. Undo: DROP
-- FUNCTION chat_is_archived and the three; restore the functions of 0012 and 0021.
--
-- Everybody may leave an archived channel. outcome as in 0012; 11 also: the other one's role has changed since.

CREATE FUNCTION chat_is_archived(in_channel bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RETURN EXISTS (SELECT FROM chat_channel c WHERE c.id = in_channel AND c."archivedAt" IS NOT NULL);
END $$;

DROP FUNCTION chat_remove_member(bigint, bigint, bigint, text);
DROP FUNCTION chat_set_role(bigint, bigint, text, bigint, text);
DROP FUNCTION chat_change_password(bigint, bigint, text);

-- The last owner stays as long as others are there. The invitations of who is removed by another go as well.
CREATE FUNCTION chat_remove_member(in_channel bigint, in_user bigint, in_actor bigint, in_actor_role text,
                                   in_user_role text DEFAULT NULL)
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
                  WHEN "memberRole" <> in_user_role THEN 11
                  WHEN in_actor <> in_user AND chat_is_archived(in_channel) THEN 4
                  WHEN "memberRole" = 'owner' AND NOT chat_has_another(in_channel, in_user, true)
                    AND chat_has_another(in_channel, in_user, false) THEN 10
                  ELSE 0 END;
  IF outcome = 0 THEN
    at := date_trunc('milliseconds', clock_timestamp());
    "eventSeq" := head."lastEventSeq" + 1;
    UPDATE chat_channel_user_mapping m SET "leftAt" = at
    WHERE m."chatChannelId" = in_channel AND m."userId" = in_user;
    IF in_actor <> in_user THEN
      DELETE FROM chat_invite i WHERE i."chatChannelId" = in_channel AND i."createdBy" = in_user;
    END IF;
    PERFORM chat_log_event(in_channel, head."lastEventSeq" + 1, at, 'user_left', NULL, NULL, in_actor,
                           jsonb_build_object('userId', in_user));
  END IF;
  RETURN NEXT;
END $$;

-- No durable event: "eventSeq" is 0.
CREATE FUNCTION chat_set_role(in_channel bigint, in_user bigint, in_role text, in_actor bigint, in_actor_role text,
                              in_user_role text DEFAULT NULL)
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
                  WHEN before <> in_user_role THEN 11
                  WHEN chat_is_archived(in_channel) THEN 4
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

-- Returns null and the families that it ended, all but `kept`; nothing, if the password is no longer `in_old_hash` (null: any).
CREATE FUNCTION chat_change_password(in_user bigint, kept bigint, in_password_hash text, in_old_hash text DEFAULT NULL)
RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
  UPDATE chat_user u SET "passwordHash" = in_password_hash
  WHERE u.id = in_user AND u."passwordHash" = coalesce(in_old_hash, u."passwordHash");
  IF FOUND THEN
    RETURN NEXT NULL::bigint;
    RETURN QUERY SELECT e.family FROM chat_end_sessions(in_user, NULL, kept) e;
  END IF;
END $$;
