-- Adds: chat_append_batch(). Locks: none. Undo: DROP FUNCTION chat_append_batch.

-- chat_append_messages(), or with names chat_append_mentioning(). A message that cannot be stored fails alone: its outcome is 6. The
-- others are stored in their order and before the next batch, which may wait behind this one already.
CREATE FUNCTION chat_append_batch(channels bigint[], senders bigint[], contents text[], clients uuid[],
                                  parents bigint[] DEFAULT NULL, places bigint[] DEFAULT NULL, names text[] DEFAULT NULL)
RETURNS TABLE (outcome integer, "messageId" bigint, "messageCreatedAt" timestamptz, "messageSeq" bigint,
               "messageEventSeq" bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  BEGIN
    IF names IS NULL THEN
      RETURN QUERY SELECT * FROM chat_append_messages(channels, senders, contents, clients, parents);
    ELSE
      RETURN QUERY SELECT * FROM chat_append_mentioning(channels, senders, contents, clients, parents, places, names);
    END IF;
    RETURN;
  EXCEPTION WHEN OTHERS THEN
    -- No partition, a deadlock, no resources, a shutdown: not for what is in it, and the whole may work later.
    IF SQLSTATE = '23514' OR left(SQLSTATE, 2) IN ('25', '40', '53', '57', '58') THEN
      RAISE;
    END IF;
  END;
  PERFORM FROM chat_channel_head WHERE "chatChannelId" = ANY (channels) ORDER BY "chatChannelId" FOR NO KEY UPDATE;
  FOR i IN 1 .. cardinality(channels) LOOP
    BEGIN
      RETURN QUERY
      SELECT * FROM chat_append_mentioning(
        channels[i:i], senders[i:i], contents[i:i], clients[i:i], parents[i:i],
        ARRAY(SELECT 1::bigint FROM unnest(places) p WHERE p = i),
        ARRAY(SELECT n.name FROM unnest(places, names) AS n (place, name) WHERE n.place = i));
    EXCEPTION WHEN OTHERS THEN
      RAISE WARNING 'a message was not stored: % (%)', SQLERRM, SQLSTATE;
      RETURN QUERY SELECT 6, NULL::bigint, NULL::timestamptz, NULL::bigint, NULL::bigint;
    END;
  END LOOP;
END $$;
