-- Adds: chat_write_marks() of 0010 waits for the disk when a member is told that the mark is written. Locks: none. Undo: restore the
-- function of 0010.

CREATE OR REPLACE FUNCTION chat_write_marks(channels bigint[], users bigint[], reads bigint[], read_seqs bigint[], delivereds bigint[],
                                 delivered_seqs bigint[], told_reads boolean[], told_delivereds boolean[], members_max bigint)
RETURNS TABLE (place bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  told record;
BEGIN
  -- What a send moves is moved again by the next one: the commit does not wait for the disk.
  IF NOT (true = ANY (told_reads) OR true = ANY (told_delivereds)) THEN
    PERFORM set_config('synchronous_commit', 'off', true);
  END IF;
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
