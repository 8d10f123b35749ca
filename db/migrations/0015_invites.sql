-- Adds: chat_invite, chat_create_invite(), chat_join_by_invite(). Locks: none that matter (a new table; chat_channel and
-- chat_user briefly SHARE ROW EXCLUSIVE for the foreign keys). Undo: DROP FUNCTION both; DROP TABLE chat_invite.

-- Who has the code may come in, or only "userId". What is over or used up is deleted with the next one that is made.
CREATE TABLE chat_invite (
  id bigint GENERATED ALWAYS AS IDENTITY,
  "chatChannelId" bigint NOT NULL,
  code text NOT NULL DEFAULT replace(gen_random_uuid()::text, '-', ''),
  "userId" bigint,
  "createdBy" bigint NOT NULL,
  "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
  "expiresAt" timestamptz(3) NOT NULL,
  "maxUses" bigint NOT NULL,
  uses bigint NOT NULL DEFAULT 0,
  CONSTRAINT chat_invite_pkey PRIMARY KEY (id),
  CONSTRAINT chat_invite_code_key UNIQUE (code),
  CONSTRAINT chat_invite_uses_check CHECK (uses <= "maxUses"),
  CONSTRAINT chat_invite_channel_fkey FOREIGN KEY ("chatChannelId") REFERENCES chat_channel (id) ON DELETE CASCADE,
  CONSTRAINT chat_invite_user_fkey FOREIGN KEY ("userId") REFERENCES chat_user (id) ON DELETE CASCADE,
  CONSTRAINT chat_invite_created_by_fkey FOREIGN KEY ("createdBy") REFERENCES chat_user (id) ON DELETE CASCADE
);
CREATE INDEX chat_invite_channel_idx ON chat_invite ("chatChannelId", id);

-- outcome as in 0012, and 13: the channel has `count_max` already.
CREATE FUNCTION chat_create_invite(in_channel bigint, in_actor bigint, in_actor_role text, in_user bigint,
                                   in_expires timestamptz, in_uses bigint, count_max bigint)
RETURNS TABLE (outcome integer, id bigint, "chatChannelId" bigint, code text, "userId" bigint, "createdBy" bigint,
               "createdAt" timestamptz, "expiresAt" timestamptz, "maxUses" bigint, uses bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  made chat_invite;
BEGIN
  PERFORM FROM chat_channel_head h WHERE h."chatChannelId" = in_channel FOR NO KEY UPDATE;
  DELETE FROM chat_invite i
  WHERE i."chatChannelId" = in_channel AND (i."expiresAt" <= now() OR i.uses = i."maxUses");
  outcome := CASE WHEN NOT chat_role_stands(in_channel, in_actor, in_actor_role) THEN 11
                  WHEN in_user IS NOT NULL AND NOT EXISTS (SELECT FROM chat_user u WHERE u.id = in_user) THEN 6
                  WHEN (SELECT c."archivedAt" FROM chat_channel c WHERE c.id = in_channel) IS NOT NULL THEN 4
                  WHEN (SELECT count(*) FROM chat_invite i WHERE i."chatChannelId" = in_channel) >= count_max THEN 13
                  ELSE 0 END;
  IF outcome = 0 THEN
    INSERT INTO chat_invite ("chatChannelId", "userId", "createdBy", "expiresAt", "maxUses")
    VALUES (in_channel, in_user, in_actor, in_expires, in_uses) RETURNING * INTO made;
  END IF;
  RETURN QUERY SELECT outcome, made.*;
END $$;

-- By the code or, without one, by an invitation of that very user. outcome as in 0012, and 12: there is none.
CREATE FUNCTION chat_join_by_invite(in_channel bigint, in_user bigint, in_code text)
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
  SELECT * INTO joined FROM chat_add_member(in_channel, in_user, 'member', in_user, NULL);
  IF joined.outcome = 0 AND joined."eventSeq" > 0 THEN
    UPDATE chat_invite i SET uses = i.uses + 1 WHERE i.id = invite;
  END IF;
  RETURN QUERY SELECT joined.outcome, joined."memberRole", joined."memberSince", joined.username, joined."displayName",
                      joined."eventSeq", joined.at;
END $$;
