-- Adds: chat_session."isExternal", chat_open_external(); chat_rotate_session() leaves tokens signed elsewhere alone, and keeps
-- the first token of a family, which says when the session began. Locks: ACCESS EXCLUSIVE on chat_session for a moment (a
-- column with a constant default). Undo: DROP FUNCTION chat_open_external; restore the function of 0009; ALTER TABLE
-- chat_session DROP COLUMN "isExternal".

-- The session of a token that another application signed: "tokenHash" is of that token, which is never replaced.
ALTER TABLE chat_session ADD COLUMN "isExternal" boolean NOT NULL DEFAULT false;

CREATE OR REPLACE FUNCTION chat_rotate_session(old bytea, new bytea, expires timestamptz, grace_ms bigint)
RETURNS TABLE (outcome integer, family bigint, owner bigint) LANGUAGE plpgsql AS $$
DECLARE
  token chat_session;
  latest bigint;
  first_replaced timestamptz;
  others boolean;
BEGIN
  SELECT s."familyId" INTO family FROM chat_session s WHERE s."tokenHash" = old AND NOT s."isExternal";
  PERFORM pg_advisory_xact_lock(hashtextextended('chat_session', family));
  SELECT * INTO token FROM chat_session s WHERE s."tokenHash" = old AND NOT s."isExternal";
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
    DELETE FROM chat_session s
    WHERE s."familyId" = family AND s.id < token.id AND s.id > family AND s."issuedAt" < now() - interval '7 days';
  END IF;
  RETURN NEXT;
END $$;

-- The session of a token that another application signed, and its user: made on first sight, under the wished username or,
-- if somebody has it, one that is like it.
CREATE FUNCTION chat_open_external(in_subject text, in_username text, in_display_name text, in_token bytea,
                                   in_expires timestamptz, in_user_agent text, in_ip text)
RETURNS TABLE (family bigint, owner bigint) LANGUAGE plpgsql AS $$
DECLARE
  suffix text := '';
  attempt integer := 0;
BEGIN
  SELECT s."familyId", s."userId" INTO family, owner FROM chat_session s WHERE s."tokenHash" = in_token AND s."isExternal";
  IF family IS NOT NULL THEN
    RETURN NEXT;
    RETURN;
  END IF;
  LOOP
    SELECT u.id INTO owner FROM chat_user u WHERE u."externalSubject" = in_subject;
    EXIT WHEN owner IS NOT NULL;
    INSERT INTO chat_user AS u (username, "displayName", "externalSubject")
    VALUES (left(in_username, 32 - length(suffix)) || suffix, in_display_name, in_subject)
    ON CONFLICT DO NOTHING RETURNING u.id INTO owner;
    EXIT WHEN owner IS NOT NULL;
    attempt := attempt + 1;
    suffix := '-' || CASE WHEN attempt < 9 THEN attempt + 1 ELSE floor(random() * 1e9)::integer END;
  END LOOP;
  DELETE FROM chat_session s WHERE s."userId" = owner AND s."isExternal" AND s."expiresAt" <= now();
  INSERT INTO chat_session AS s (id, "familyId", "userId", "tokenHash", "expiresAt", "userAgent", ip, "isExternal")
  SELECT n.id, n.id, owner, in_token, in_expires, in_user_agent, in_ip, true
  FROM (SELECT nextval('chat_session_id_seq') AS id) n
  ON CONFLICT DO NOTHING RETURNING s."familyId" INTO family;
  IF family IS NULL THEN -- another connection with the same token was quicker
    SELECT s."familyId" INTO family FROM chat_session s WHERE s."tokenHash" = in_token;
  END IF;
  RETURN NEXT;
END $$;
