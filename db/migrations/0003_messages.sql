-- Adds: chat_message and chat_channel_event with their monthly partitions, chat_message_dedup, chat_message_status,
-- chat_message_reaction, chat_ensure_partitions(). Locks: none that matter (new tables). Undo: DROP FUNCTION chat_ensure_partitions;
-- DROP TABLE chat_message_reaction, chat_message_status, chat_channel_event, chat_message_dedup,
-- chat_message.

-- No foreign keys to channel and sender: a message is written only by chat_append_message(s), which has found the
-- sender's membership, whose row has both keys; checking each again would lock and rewrite two rows a message.
CREATE TABLE chat_message (
  id bigserial,
  "createdAt" timestamptz(3) NOT NULL,
  "chatChannelId" bigint NOT NULL,
  seq bigint NOT NULL,
  "eventSeq" bigint NOT NULL,
  "senderId" bigint NOT NULL,
  "parentMessageId" bigint,
  "parentMessageCreatedAt" timestamptz(3),
  "editedAt" timestamptz(3),
  "deletedAt" timestamptz(3),
  "clientMessageId" uuid NOT NULL,
  content text NOT NULL,
  CONSTRAINT chat_message_pkey PRIMARY KEY (id, "createdAt"),
  -- A channel's createdAt never goes back, so this is the order of seq too, and the partitions' own.
  CONSTRAINT chat_message_channel_key UNIQUE ("chatChannelId", "createdAt", seq)
) PARTITION BY RANGE ("createdAt");

-- Which clientMessageIds were stored lately. A table beside chat_message, whose key cannot be unique without createdAt:
-- one lookup in one small index, whatever the number of partitions and the age of their statistics.
CREATE TABLE chat_message_dedup (
  "clientMessageId" uuid NOT NULL, -- first: ids of version 7 are then appended at the index's right end
  "chatChannelId" bigint NOT NULL,
  "senderId" bigint NOT NULL,
  "messageId" bigint NOT NULL,
  "messageCreatedAt" timestamptz(3) NOT NULL,
  CONSTRAINT chat_message_dedup_pkey PRIMARY KEY ("clientMessageId", "chatChannelId", "senderId")
);
CREATE INDEX chat_message_dedup_age_idx ON chat_message_dedup USING brin ("messageCreatedAt") WITH (autosummarize = on);

-- Every durable event of a channel that is not a new message (those are found by chat_message."eventSeq").
CREATE TABLE chat_channel_event (
  "chatChannelId" bigint NOT NULL,
  "eventSeq" bigint NOT NULL,
  at timestamptz(3) NOT NULL,
  kind text NOT NULL,
  "messageId" bigint,
  "messageCreatedAt" timestamptz(3),
  "actorId" bigint NOT NULL,
  payload jsonb NOT NULL DEFAULT '{}',
  CONSTRAINT chat_channel_event_pkey PRIMARY KEY ("chatChannelId", "eventSeq", at)
) PARTITION BY RANGE (at);

CREATE TABLE chat_message_status (
  "messageId" bigint NOT NULL,
  "messageCreatedAt" timestamptz(3) NOT NULL,
  "userId" bigint NOT NULL,
  "deliveredAt" timestamptz(3),
  "readAt" timestamptz(3),
  CONSTRAINT chat_message_status_pkey PRIMARY KEY ("messageId", "messageCreatedAt", "userId"),
  CONSTRAINT chat_message_status_message_fkey
    FOREIGN KEY ("messageId", "messageCreatedAt") REFERENCES chat_message (id, "createdAt") ON DELETE CASCADE,
  CONSTRAINT chat_message_status_user_fkey FOREIGN KEY ("userId") REFERENCES chat_user (id) ON DELETE CASCADE
);

CREATE TABLE chat_message_reaction (
  "messageId" bigint NOT NULL,
  "messageCreatedAt" timestamptz(3) NOT NULL,
  "userId" bigint NOT NULL,
  reaction text NOT NULL,
  "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT chat_message_reaction_pkey PRIMARY KEY ("messageId", "messageCreatedAt", "userId", reaction),
  CONSTRAINT chat_message_reaction_message_fkey
    FOREIGN KEY ("messageId", "messageCreatedAt") REFERENCES chat_message (id, "createdAt") ON DELETE CASCADE,
  CONSTRAINT chat_message_reaction_user_fkey FOREIGN KEY ("userId") REFERENCES chat_user (id) ON DELETE CASCADE
);

-- Makes the monthly partitions from this month's to that of `until`. Attaching (unlike CREATE … PARTITION OF) does not
-- wait for readers and writers, nor make them wait.
CREATE FUNCTION chat_ensure_partitions(until timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  parent record;
  month timestamp;
  name text;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('chat_ensure_partitions'));
  FOR parent IN SELECT * FROM (VALUES ('chat_message', 'createdAt'), ('chat_channel_event', 'at')) v (name, key) LOOP
    FOR month IN SELECT generate_series(date_trunc('month', now() AT TIME ZONE 'UTC'),
                                        until AT TIME ZONE 'UTC', interval '1 month') LOOP
      name := parent.name || to_char(month, '_YYYY_MM');
      CONTINUE WHEN to_regclass(quote_ident(name)) IS NOT NULL;
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)',
                     name, parent.name);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent.name, name,
                     month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
      made := made + 1;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;

SELECT chat_ensure_partitions(now() + interval '3 months');
