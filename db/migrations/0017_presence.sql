-- Adds: chat_user_presence, chat_write_presence(). Locks: none that matter (a new table; chat_user briefly SHARE ROW
-- EXCLUSIVE for the foreign key). Undo: DROP FUNCTION chat_write_presence; DROP TABLE chat_user_presence.

-- What outlives a user's connections. Who is connected is known in memory only.
CREATE TABLE chat_user_presence (
  "userId" bigint NOT NULL,
  "lastSeenAt" timestamptz(3),                    -- by others: does not move while he appears offline
  "appearsOffline" boolean NOT NULL DEFAULT false,
  "doNotDisturb" boolean NOT NULL DEFAULT false,
  "statusText" text NOT NULL DEFAULT '',
  CONSTRAINT chat_user_presence_pkey PRIMARY KEY ("userId"),
  CONSTRAINT chat_user_presence_user_fkey FOREIGN KEY ("userId") REFERENCES chat_user (id) ON DELETE CASCADE
) WITH (fillfactor = 70);

-- Notes what users said (null: nothing new) and that they were seen; returns what is noted now, and the channels of
-- each, separated by commas: where to tell it. As with receipts, the commit does not wait for the disk.
CREATE FUNCTION chat_write_presence(users bigint[], hidden boolean[], disturb boolean[], texts text[], seen timestamptz)
RETURNS TABLE ("userId" bigint, "appearsOffline" boolean, "doNotDisturb" boolean, "statusText" text,
               "lastSeenAt" timestamptz, channels text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  INSERT INTO chat_user_presence ("userId")
  SELECT u.id FROM chat_user u WHERE u.id = ANY (users) ORDER BY u.id
  ON CONFLICT ON CONSTRAINT chat_user_presence_pkey DO NOTHING;
  PERFORM FROM chat_user_presence p WHERE p."userId" = ANY (users) ORDER BY p."userId" FOR NO KEY UPDATE;
  UPDATE chat_user_presence p
  SET "appearsOffline" = coalesce(i.hidden, p."appearsOffline"), "doNotDisturb" = coalesce(i.disturb, p."doNotDisturb"),
      "statusText" = coalesce(i.text, p."statusText"),
      -- Who hides was seen until now, as if he had gone.
      "lastSeenAt" = CASE WHEN p."appearsOffline" AND coalesce(i.hidden, true) THEN p."lastSeenAt"
                          ELSE greatest(seen, p."lastSeenAt") END
  FROM unnest(users, hidden, disturb, texts) AS i ("user", hidden, disturb, text)
  WHERE p."userId" = i."user";
  RETURN QUERY
  SELECT p."userId", p."appearsOffline", p."doNotDisturb", p."statusText", p."lastSeenAt",
         (SELECT coalesce(string_agg(m."chatChannelId"::text, ','), '') FROM chat_channel_user_mapping m
          WHERE m."userId" = p."userId" AND m."leftAt" IS NULL)
  FROM chat_user_presence p WHERE p."userId" = ANY (users);
END $$;
