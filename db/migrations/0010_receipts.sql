-- Adds: chat_fill_status(), chat_write_marks(), mark_messages_read_until(), mark_messages_delivered_until().
-- Locks: none. Undo: DROP FUNCTION the four.

-- Notes for each message up to `in_until` that it was delivered to the user, or read: those behind his mark that others
-- wrote, at most the last thousand. Only in channels of at most `members_max`; the marks are the truth in any.
CREATE FUNCTION chat_fill_status(in_channel bigint, in_user bigint, in_until bigint, is_read boolean, members_max bigint)
RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  since bigint;
  until record;
  at timestamptz := date_trunc('milliseconds', clock_timestamp());
BEGIN
  SELECT CASE WHEN is_read THEN m."lastReadSeq" ELSE m."lastDeliveredSeq" END INTO since
  FROM chat_channel_user_mapping m WHERE m."chatChannelId" = in_channel AND m."userId" = in_user AND m."leftAt" IS NULL;
  SELECT p."createdAt", p.seq INTO until FROM chat_message p WHERE p.id = in_until AND p."chatChannelId" + 0 = in_channel;
  IF since IS NULL OR until IS NULL OR until.seq <= since OR members_max < (
    SELECT count(*) FROM (SELECT FROM chat_channel_user_mapping m
                          WHERE m."chatChannelId" = in_channel AND m."leftAt" IS NULL LIMIT members_max + 1) counted) THEN
    RETURN;
  END IF;
  INSERT INTO chat_message_status AS s ("messageId", "messageCreatedAt", "userId", "deliveredAt", "readAt")
  SELECT p.id, p."createdAt", in_user, at, CASE WHEN is_read THEN at END
  FROM (SELECT * FROM chat_message p
        WHERE p."chatChannelId" = in_channel AND p."createdAt" <= until."createdAt"
          AND (p."createdAt", p.seq) <= (until."createdAt", until.seq)
        ORDER BY p."createdAt" DESC, p.seq DESC LIMIT least(until.seq - since, 1000)) p
  WHERE p."senderId" <> in_user
  ON CONFLICT ON CONSTRAINT chat_message_status_pkey DO UPDATE
    SET "deliveredAt" = coalesce(s."deliveredAt", excluded."deliveredAt"), "readAt" = coalesce(s."readAt", excluded."readAt")
    WHERE s."deliveredAt" IS NULL OR s."readAt" IS NULL AND excluded."readAt" IS NOT NULL;
END $$;

-- Moves the marks of members forward, never back. Returns the places (from 1) of those who are members.
-- A lost receipt is sent again by the next one: the commit does not wait for the disk.
CREATE FUNCTION chat_write_marks(channels bigint[], users bigint[], reads bigint[], read_seqs bigint[], delivereds bigint[],
                                 delivered_seqs bigint[], told_reads boolean[], told_delivereds boolean[], members_max bigint)
RETURNS TABLE (place bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  told record;
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  PERFORM FROM chat_channel_user_mapping m
  JOIN unnest(channels, users) AS i (channel, "user") ON m."chatChannelId" = i.channel AND m."userId" = i."user"
  ORDER BY m."chatChannelId", m."userId" FOR NO KEY UPDATE OF m;
  FOR told IN
    SELECT * FROM unnest(channels, users, reads, delivereds, told_reads, told_delivereds)
      AS i (channel, "user", read, delivered, told_read, told_delivered)
    WHERE told_read OR told_delivered
  LOOP
    IF told.told_read THEN
      PERFORM chat_fill_status(told.channel, told."user", told.read, true, members_max);
    END IF;
    IF told.told_delivered THEN
      PERFORM chat_fill_status(told.channel, told."user", told.delivered, false, members_max);
    END IF;
  END LOOP;
  RETURN QUERY
  UPDATE chat_channel_user_mapping m
  SET "lastReadMessageId" = CASE WHEN i.read_seq > m."lastReadSeq" THEN i.read ELSE m."lastReadMessageId" END,
      "lastReadSeq" = greatest(i.read_seq, m."lastReadSeq"),
      "lastDeliveredMessageId" =
        CASE WHEN i.delivered_seq > m."lastDeliveredSeq" THEN i.delivered ELSE m."lastDeliveredMessageId" END,
      "lastDeliveredSeq" = greatest(i.delivered_seq, m."lastDeliveredSeq")
  FROM unnest(channels, users, reads, read_seqs, delivereds, delivered_seqs) WITH ORDINALITY
       AS i (channel, "user", read, read_seq, delivered, delivered_seq, n)
  WHERE m."chatChannelId" = i.channel AND m."userId" = i."user" AND m."leftAt" IS NULL
  RETURNING i.n;
END $$;

-- For whoever works with SQL: marks every message up to `in_message` as read (and delivered). Returns whether the user is
-- a member and the message one of the channel.
CREATE FUNCTION mark_messages_read_until(in_channel bigint, in_user bigint, in_message bigint)
RETURNS boolean LANGUAGE sql AS $$
  SELECT EXISTS (
    SELECT FROM (SELECT seq FROM chat_message WHERE id = in_message AND "chatChannelId" + 0 = in_channel) p,
      LATERAL chat_write_marks(ARRAY[in_channel], ARRAY[in_user], ARRAY[in_message], ARRAY[p.seq], ARRAY[in_message],
                               ARRAY[p.seq], ARRAY[true], ARRAY[false], 256));
$$;

CREATE FUNCTION mark_messages_delivered_until(in_channel bigint, in_user bigint, in_message bigint)
RETURNS boolean LANGUAGE sql AS $$
  SELECT EXISTS (
    SELECT FROM (SELECT seq FROM chat_message WHERE id = in_message AND "chatChannelId" + 0 = in_channel) p,
      LATERAL chat_write_marks(ARRAY[in_channel], ARRAY[in_user], ARRAY[in_message], ARRAY[0::bigint], ARRAY[in_message],
                               ARRAY[p.seq], ARRAY[false], ARRAY[true], 256));
$$;
