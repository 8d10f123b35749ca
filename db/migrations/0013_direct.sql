-- Adds: chat_direct, chat_open_direct(). Locks: none that matter (a new table; chat_channel and chat_user briefly SHARE ROW
-- EXCLUSIVE for the foreign keys). Undo: DROP FUNCTION chat_open_direct; DROP TABLE chat_direct.

-- Which channel is whose: one a pair.
CREATE TABLE chat_direct (
  "lowUserId" bigint NOT NULL,
  "highUserId" bigint NOT NULL,
  "chatChannelId" bigint NOT NULL,
  CONSTRAINT chat_direct_pkey PRIMARY KEY ("lowUserId", "highUserId"),
  CONSTRAINT chat_direct_order_check CHECK ("lowUserId" < "highUserId"),
  CONSTRAINT chat_direct_channel_key UNIQUE ("chatChannelId"),
  CONSTRAINT chat_direct_channel_fkey FOREIGN KEY ("chatChannelId") REFERENCES chat_channel (id) ON DELETE CASCADE,
  CONSTRAINT chat_direct_low_fkey FOREIGN KEY ("lowUserId") REFERENCES chat_user (id) ON DELETE CASCADE,
  CONSTRAINT chat_direct_high_fkey FOREIGN KEY ("highUserId") REFERENCES chat_user (id) ON DELETE CASCADE
);

-- The channel of the two, made if they have none. Null: there is no such other user.
CREATE FUNCTION chat_open_direct(in_user bigint, in_other bigint) RETURNS TABLE (channel bigint, created boolean)
LANGUAGE plpgsql AS $$
DECLARE
  low bigint := least(in_user, in_other);
  high bigint := greatest(in_user, in_other);
BEGIN
  -- Both may ask at the same moment.
  PERFORM pg_advisory_xact_lock(hashtextextended('chat_direct ' || low, high));
  created := false;
  SELECT d."chatChannelId" INTO channel FROM chat_direct d WHERE d."lowUserId" = low AND d."highUserId" = high;
  IF channel IS NULL AND EXISTS (SELECT FROM chat_user u WHERE u.id = in_other AND u."disabledAt" IS NULL) THEN
    created := true;
    INSERT INTO chat_channel (type, name, "createdBy") VALUES ('direct', '', in_user) RETURNING id INTO channel;
    INSERT INTO chat_channel_head ("chatChannelId") VALUES (channel);
    INSERT INTO chat_channel_user_mapping ("chatChannelId", "userId") VALUES (channel, low), (channel, high);
    INSERT INTO chat_direct ("lowUserId", "highUserId", "chatChannelId") VALUES (low, high, channel);
  END IF;
  RETURN NEXT;
END $$;
