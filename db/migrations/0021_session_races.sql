-- Adds: chat_open_session(), chat_end_sessions(), chat_change_password(); to chat_rotate_session() the lock of the user's row.
-- Locks: none. Undo: DROP FUNCTION the three; restore chat_rotate_session() of 0016.
--
-- Who opens a session or renews one shares the user's row; who ends sessions or changes the password has it alone, and looks
-- for sessions afterwards: whatever runs at the same time is over by then, and is seen, or comes later, and sees it.

-- `in_password_hash` is what let the user in; null: the operator did. No row: it is another by now, or the user is disabled.
CREATE FUNCTION chat_open_session(in_user bigint, in_password_hash text, in_token bytea, in_expires timestamptz,
                                  in_user_agent text, in_ip text)
RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM chat_user u
  WHERE u.id = in_user AND u."disabledAt" IS NULL AND (in_password_hash IS NULL OR u."passwordHash" = in_password_hash)
  FOR SHARE;
  IF FOUND THEN
    RETURN QUERY
    INSERT INTO chat_session AS s (id, "familyId", "userId", "tokenHash", "expiresAt", "userAgent", ip)
    SELECT n.id, n.id, in_user, in_token, in_expires, in_user_agent, in_ip
    FROM (SELECT nextval('chat_session_id_seq') AS id) n RETURNING s.id;
  END IF;
END $$;

-- Ends the family `ended`, or with null all of the user's, but `kept`. Returns those that were not ended before; whether one
-- was still good is `stood`.
CREATE FUNCTION chat_end_sessions(in_user bigint, ended bigint, kept bigint) RETURNS TABLE (family bigint, stood boolean)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM chat_user u WHERE u.id = in_user FOR NO KEY UPDATE;
  RETURN QUERY
  WITH over AS (
    UPDATE chat_session s SET "revokedAt" = now()
    WHERE s."userId" = in_user AND s."revokedAt" IS NULL AND (ended IS NULL OR s."familyId" = ended)
      AND (kept IS NULL OR s."familyId" <> kept)
    RETURNING s."familyId", s."expiresAt" > now() AS good
  )
  SELECT o."familyId", bool_or(o.good) FROM over o GROUP BY o."familyId";
END $$;

-- Returns the families that it ended: all but `kept`.
CREATE FUNCTION chat_change_password(in_user bigint, kept bigint, in_password_hash text) RETURNS SETOF bigint
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE chat_user u SET "passwordHash" = in_password_hash WHERE u.id = in_user;
  RETURN QUERY SELECT e.family FROM chat_end_sessions(in_user, NULL, kept) e;
END $$;

-- As in 0016, but for the lock.
CREATE OR REPLACE FUNCTION chat_rotate_session(old bytea, new bytea, expires timestamptz, grace_ms bigint)
RETURNS TABLE (outcome integer, family bigint, owner bigint) LANGUAGE plpgsql AS $$
DECLARE
  token chat_session;
  latest bigint;
  first_replaced timestamptz;
  others boolean;
BEGIN
  SELECT s."familyId", s."userId" INTO family, owner FROM chat_session s WHERE s."tokenHash" = old AND NOT s."isExternal";
  PERFORM pg_advisory_xact_lock(hashtextextended('chat_session', family));
  PERFORM FROM chat_user u WHERE u.id = owner FOR SHARE;
  SELECT * INTO token FROM chat_session s WHERE s."tokenHash" = old AND NOT s."isExternal";
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
    DELETE FROM chat_session s
    WHERE s."familyId" = family AND s.id < token.id AND s.id > family AND s."issuedAt" < now() - interval '7 days';
  END IF;
  RETURN NEXT;
END $$;
