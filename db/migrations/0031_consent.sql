-- Adds: chat_invite_user_idx, chat_invitation, chat_knows(), chat_may_be_invited(), chat_withdraw_invites(), chat_add_or_invite(); to
-- chat_create_invite() how many invitations a user may have, to chat_remove_member() and chat_set_role() that they withdraw the
-- invitations of whoever may invite no longer, and say which. Locks: SHARE on chat_invite while the index is built (invitations wait).
-- Undo: DROP FUNCTION the seven; DROP VIEW; DROP INDEX; restore the functions of 0015 and 0026.
--
-- Being added to a private channel by a stranger is an invitation to accept (ADR 21).
-- outcome as in 0029, and 16: the user has as many invitations as they can have.

CREATE INDEX chat_invite_user_idx ON chat_invite ("userId", id) WHERE "userId" IS NOT NULL;

-- As the invited sees it. "isOpen": it lets them in now.
CREATE VIEW chat_invitation AS
SELECT i.id, i."chatChannelId", i.code, i."userId", i."createdBy", i."createdAt", i."expiresAt", i."maxUses", i.uses,
       c.name, c.topic, u.username, u."displayName",
       i."expiresAt" > now() AND i.uses < i."maxUses" AND c."archivedAt" IS NULL AND NOT EXISTS (
         SELECT FROM chat_channel_user_mapping m
         WHERE m."chatChannelId" = i."chatChannelId" AND m."userId" = i."userId" AND m."leftAt" IS NULL) AS "isOpen"
FROM chat_invite i
JOIN chat_channel c ON c.id = i."chatChannelId"
JOIN chat_user u ON u.id = i."createdBy";

-- Whether the user has written to the other one where only the two are, or is in a private channel with them. Only the latest messages
-- are looked at: whoever writes without end to somebody who never answers must not make this dear.
CREATE FUNCTION chat_knows(in_user bigint, in_other bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  direct bigint;
BEGIN
  SELECT d."chatChannelId" INTO direct FROM chat_direct d
  WHERE d."lowUserId" = least(in_user, in_other) AND d."highUserId" = greatest(in_user, in_other);
  IF direct IS NOT NULL AND EXISTS (
    SELECT FROM (
      SELECT m."senderId", m."deletedAt" FROM chat_message m
      WHERE m."chatChannelId" = direct ORDER BY m."createdAt" DESC, m.seq DESC LIMIT 1000) AS latest
    WHERE latest."senderId" = in_user AND latest."deletedAt" IS NULL) THEN
    RETURN true;
  END IF;
  RETURN EXISTS (
    SELECT FROM chat_channel_user_mapping m
    JOIN chat_channel_user_mapping o
      ON o."userId" = in_other AND o."chatChannelId" = m."chatChannelId" AND o."leftAt" IS NULL
    JOIN chat_channel c ON c.id = m."chatChannelId"
    WHERE m."userId" = in_user AND m."leftAt" IS NULL AND c.type = 'private');
END $$;

-- Whether the user may have one more invitation that they see, until the end of the transaction.
CREATE FUNCTION chat_may_be_invited(in_user bigint, count_max bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM chat_user u WHERE u.id = in_user FOR NO KEY UPDATE;
  RETURN (SELECT count(*) < count_max FROM (
    SELECT FROM chat_invitation v WHERE v."userId" = in_user AND v."isOpen" LIMIT count_max) AS held);
END $$;

-- Those that the user made for the channel, and those that are for them: which of these were for somebody.
CREATE FUNCTION chat_withdraw_invites(in_channel bigint, in_user bigint) RETURNS TABLE (invite bigint, invited bigint)
LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY
  WITH withdrawn AS (
    DELETE FROM chat_invite i
    WHERE i."chatChannelId" = in_channel AND (i."createdBy" = in_user OR i."userId" = in_user)
    RETURNING i.id, i."userId")
  SELECT w.id, w."userId" FROM withdrawn w WHERE w."userId" IS NOT NULL;
END $$;

DROP FUNCTION chat_create_invite(bigint, bigint, text, bigint, timestamptz, bigint, bigint);
DROP FUNCTION chat_remove_member(bigint, bigint, bigint, text, text);
DROP FUNCTION chat_set_role(bigint, bigint, text, bigint, text, text);

-- outcome 13: the channel has `count_max` already.
CREATE FUNCTION chat_create_invite(in_channel bigint, in_actor bigint, in_actor_role text, in_user bigint,
                                   in_expires timestamptz, in_uses bigint, count_max bigint, of_user_max bigint)
RETURNS TABLE (outcome integer, invite chat_invitation)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  made bigint;
BEGIN
  PERFORM FROM chat_channel_head h WHERE h."chatChannelId" = in_channel FOR NO KEY UPDATE;
  DELETE FROM chat_invite i
  WHERE i."chatChannelId" = in_channel AND (i."expiresAt" <= now() OR i.uses = i."maxUses");
  outcome := CASE WHEN NOT chat_role_stands(in_channel, in_actor, in_actor_role) THEN 11
                  WHEN in_user IS NOT NULL AND NOT EXISTS (SELECT FROM chat_user u WHERE u.id = in_user) THEN 6
                  WHEN chat_is_archived(in_channel) THEN 4
                  WHEN (SELECT count(*) FROM chat_invite i WHERE i."chatChannelId" = in_channel) >= count_max THEN 13
                  WHEN in_user IS NOT NULL AND NOT chat_may_be_invited(in_user, of_user_max) THEN 16
                  ELSE 0 END;
  IF outcome = 0 THEN
    INSERT INTO chat_invite ("chatChannelId", "userId", "createdBy", "expiresAt", "maxUses")
    VALUES (in_channel, in_user, in_actor, in_expires, in_uses) RETURNING id INTO made;
    SELECT v.* INTO invite FROM chat_invitation v WHERE v.id = made;
  END IF;
  RETURN NEXT;
END $$;

-- Adds a member, but invites a stranger into a private channel: the invitation that there is, or one that is made. Without an
-- invitation the columns are those of chat_add_member().
CREATE FUNCTION chat_add_or_invite(in_channel bigint, in_user bigint, in_role text, in_actor bigint, in_actor_role text,
                                   channels_max bigint, in_expires timestamptz, count_max bigint, of_user_max bigint)
RETURNS TABLE (outcome integer, "memberRole" text, "memberSince" timestamptz, username text, "displayName" text,
               "eventSeq" bigint, at timestamptz, "isNew" boolean, invite chat_invitation)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  created record;
BEGIN
  PERFORM FROM chat_channel_head h WHERE h."chatChannelId" = in_channel FOR NO KEY UPDATE;
  IF NOT EXISTS (SELECT FROM chat_channel c WHERE c.id = in_channel AND c.type = 'private')
     OR EXISTS (SELECT FROM chat_channel_user_mapping m
                WHERE m."chatChannelId" = in_channel AND m."userId" = in_user AND m."leftAt" IS NULL)
     OR chat_knows(in_user, in_actor) THEN
    RETURN QUERY SELECT a.*, a."eventSeq" > 0, NULL::chat_invitation
                 FROM chat_add_member(in_channel, in_user, in_role, in_actor, in_actor_role, channels_max) a;
    RETURN;
  END IF;
  SELECT v.* INTO invite FROM chat_invitation v
  WHERE v."userId" = in_user AND v."chatChannelId" = in_channel AND v."isOpen" ORDER BY v.id LIMIT 1;
  "isNew" := NOT FOUND;
  IF NOT chat_role_stands(in_channel, in_actor, in_actor_role) THEN
    outcome := 11;
  ELSIF "isNew" THEN
    SELECT * INTO created
    FROM chat_create_invite(in_channel, in_actor, in_actor_role, in_user, in_expires, 1, count_max, of_user_max);
    outcome := created.outcome;
    invite := created.invite;
  ELSE
    outcome := 0;
  END IF;
  RETURN NEXT;
END $$;

-- The last owner stays as long as others are there. If another one removes them,
-- their invitations go as well: a further row each, with nothing but the last two columns.
CREATE FUNCTION chat_remove_member(in_channel bigint, in_user bigint, in_actor bigint, in_actor_role text,
                                   in_user_role text DEFAULT NULL)
RETURNS TABLE (outcome integer, "memberRole" text, "memberSince" timestamptz, username text, "displayName" text,
               "eventSeq" bigint, at timestamptz, "inviteId" bigint, "invitedId" bigint)
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
    PERFORM chat_log_event(in_channel, head."lastEventSeq" + 1, at, 'user_left', NULL, NULL, in_actor,
                           jsonb_build_object('userId', in_user));
  END IF;
  RETURN NEXT;
  IF outcome = 0 AND in_actor <> in_user THEN
    RETURN QUERY SELECT 0, NULL::text, NULL::timestamptz, NULL::text, NULL::text, NULL::bigint, NULL::timestamptz, w.*
                 FROM chat_withdraw_invites(in_channel, in_user) w;
  END IF;
END $$;

-- No durable event: "eventSeq" is 0. A member invites nobody: further rows as after a removal.
CREATE FUNCTION chat_set_role(in_channel bigint, in_user bigint, in_role text, in_actor bigint, in_actor_role text,
                              in_user_role text DEFAULT NULL)
RETURNS TABLE (outcome integer, "memberRole" text, "memberSince" timestamptz, username text, "displayName" text,
               "eventSeq" bigint, at timestamptz, "inviteId" bigint, "invitedId" bigint)
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
  IF outcome = 0 AND in_role = 'member' THEN
    RETURN QUERY SELECT 0, NULL::text, NULL::timestamptz, NULL::text, NULL::text, NULL::bigint, NULL::timestamptz, w.*
                 FROM chat_withdraw_invites(in_channel, in_user) w;
  END IF;
END $$;
