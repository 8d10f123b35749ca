-- Adds: chat_session.presented, and to chat_rotate_session() a grace in which a token may be replaced again.
-- Locks: ACCESS EXCLUSIVE on chat_session for a moment (a nullable column). Undo: restore the function of 0001; ALTER TABLE
-- chat_session DROP COLUMN presented.

-- The token that was given for this one, if that is not its parent.
ALTER TABLE chat_session ADD COLUMN presented bigint;

DROP FUNCTION chat_rotate_session(bytea, bytea, timestamptz);

-- Replaces the token `old` by `new`. Whoever lost the answer may give `old` again for `grace_ms`, as long as no token
-- that was issued since was ever given to us. The lost one becomes the parent of `new`: should a thief have it, or have
-- been quicker, the next use of it is a reuse.
-- outcome: 0 done, 1 it had been replaced before (its family is revoked now), 2 unknown, 3 expired, 4 revoked.
CREATE FUNCTION chat_rotate_session(old bytea, new bytea, expires timestamptz, grace_ms bigint)
RETURNS TABLE (outcome integer, family bigint, owner bigint) LANGUAGE plpgsql AS $$
DECLARE
  token chat_session;
  latest bigint;
  first_replaced timestamptz;
  others boolean;
BEGIN
  SELECT s."familyId" INTO family FROM chat_session s WHERE s."tokenHash" = old;
  PERFORM pg_advisory_xact_lock(hashtextextended('chat_session', family));
  SELECT * INTO token FROM chat_session s WHERE s."tokenHash" = old;
  owner := token."userId";
  SELECT max(s.id), min(s."issuedAt"), bool_or(coalesce(s.presented, s.parent) <> token.id)
  INTO latest, first_replaced, others
  FROM chat_session s WHERE s."familyId" = family AND s.id > token.id;
  IF token.id IS NULL THEN
    outcome := 2;
  ELSIF latest IS NOT NULL AND (others OR first_replaced < now() - grace_ms * interval '1 millisecond') THEN
    outcome := 1;
    UPDATE chat_session s SET "revokedAt" = now() WHERE s."familyId" = family AND s."revokedAt" IS NULL;
  ELSIF token."revokedAt" IS NOT NULL THEN
    outcome := 4;
  ELSIF token."expiresAt" <= now() THEN
    outcome := 3;
  ELSE
    outcome := 0;
    INSERT INTO chat_session ("familyId", "userId", "tokenHash", parent, presented, "expiresAt", "userAgent", ip)
    VALUES (family, owner, new, coalesce(latest, token.id), token.id, expires, token."userAgent", token.ip);
    -- Long replaced: unknown is as good an answer as reused.
    DELETE FROM chat_session s WHERE s."familyId" = family AND s.id < token.id AND s."issuedAt" < now() - interval '7 days';
  END IF;
  RETURN NEXT;
END $$;
