-- Adds: chat_channel, chat_channel_head, chat_channel_user_mapping. Locks: none that matter (new tables; chat_user
-- briefly SHARE ROW EXCLUSIVE for the foreign keys). Undo: DROP TABLE the three in reverse order.

CREATE TABLE chat_channel (
  id bigint GENERATED ALWAYS AS IDENTITY,
  type text NOT NULL,
  name text NOT NULL,
  topic text NOT NULL DEFAULT '',
  "createdBy" bigint NOT NULL,
  "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
  "archivedAt" timestamptz(3),
  "lastMessageId" bigint,
  "lastMessageAt" timestamptz(3),
  CONSTRAINT chat_channel_pkey PRIMARY KEY (id),
  CONSTRAINT chat_channel_type_check CHECK (type IN ('public', 'private', 'direct')),
  CONSTRAINT chat_channel_created_by_fkey FOREIGN KEY ("createdBy") REFERENCES chat_user (id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX chat_channel_public_name_key ON chat_channel (lower(name))
  WHERE type = 'public' AND "archivedAt" IS NULL;

-- The row that every write of a channel locks: narrow, and with room for its next versions in the page.
CREATE TABLE chat_channel_head (
  "chatChannelId" bigint NOT NULL,
  "lastSeq" bigint NOT NULL DEFAULT 0,
  "lastEventSeq" bigint NOT NULL DEFAULT 0,
  CONSTRAINT chat_channel_head_pkey PRIMARY KEY ("chatChannelId"),
  CONSTRAINT chat_channel_head_channel_fkey FOREIGN KEY ("chatChannelId") REFERENCES chat_channel (id) ON DELETE CASCADE
) WITH (fillfactor = 50);

CREATE TABLE chat_channel_user_mapping (
  "chatChannelId" bigint NOT NULL,
  "userId" bigint NOT NULL,
  role text NOT NULL DEFAULT 'member',
  "joinedAt" timestamptz(3) NOT NULL DEFAULT now(),
  "leftAt" timestamptz(3),
  "lastReadMessageId" bigint,
  "lastReadSeq" bigint NOT NULL DEFAULT 0,
  "lastDeliveredMessageId" bigint,
  "lastDeliveredSeq" bigint NOT NULL DEFAULT 0,
  "mutedUntil" timestamptz(3),
  CONSTRAINT chat_channel_user_mapping_pkey PRIMARY KEY ("chatChannelId", "userId"),
  CONSTRAINT chat_channel_user_mapping_role_check CHECK (role IN ('owner', 'admin', 'member')),
  CONSTRAINT chat_channel_user_mapping_channel_fkey
    FOREIGN KEY ("chatChannelId") REFERENCES chat_channel (id) ON DELETE CASCADE,
  CONSTRAINT chat_channel_user_mapping_user_fkey FOREIGN KEY ("userId") REFERENCES chat_user (id) ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX chat_channel_user_mapping_user_idx ON chat_channel_user_mapping ("userId", "chatChannelId")
  WHERE "leftAt" IS NULL;
