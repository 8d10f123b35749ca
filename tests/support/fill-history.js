/**
 * Writes `count` messages of `author` into a channel that has none, past the program: no client is told. The last one is written
 * now, each other `everyMs` before the next.
 */
export async function fillHistory(hubbub, { channel, author, count, everyMs }) {
  const sql = await hubbub.sql();
  const start = new Date(Date.now() - count * everyMs);
  const now = new Date();
  const month = (offset) => new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + offset));
  for (let i = 0; month(i + 1) <= now; ++i) {
    const name = `chat_message_${month(i).toISOString().slice(0, 7).replace("-", "_")}`;
    await sql.query(
      `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF chat_message
       FOR VALUES FROM ('${month(i).toISOString()}') TO ('${month(i + 1).toISOString()}')`,
    );
  }
  await sql.query(
    `INSERT INTO chat_message ("createdAt", "chatChannelId", seq, "eventSeq", "senderId", "clientMessageId", content)
     SELECT now() - ($3 - n) * $4::bigint * interval '1 millisecond', $1, n, n, $2, gen_random_uuid(),
            'message ' || n || repeat(' and more of it', (n % 9)::int) FROM generate_series(1, $3::bigint) n`,
    [channel, author, count, everyMs],
  );
  await sql.query(
    `WITH last AS (SELECT id, "createdAt" FROM chat_message WHERE "chatChannelId" = $1 ORDER BY seq DESC LIMIT 1),
          head AS (UPDATE chat_channel_head SET "lastSeq" = $2, "lastEventSeq" = $2 WHERE "chatChannelId" = $1)
     UPDATE chat_channel SET "lastMessageId" = last.id, "lastMessageAt" = last."createdAt" FROM last WHERE chat_channel.id = $1`,
    [channel, count],
  );
  await sql.query("ANALYZE chat_message");
  await sql.end();
}

/** Says that a user has read everything up to a place of the channel, and nothing after it. */
export async function readUpTo(hubbub, { channel, user, seq }) {
  const sql = await hubbub.sql();
  await sql.query(
    `UPDATE chat_channel_user_mapping m
     SET "lastReadSeq" = c.seq, "lastReadMessageId" = c.id, "lastDeliveredSeq" = c.seq, "lastDeliveredMessageId" = c.id
     FROM chat_message c WHERE m."chatChannelId" = $1 AND m."userId" = $2 AND c."chatChannelId" = $1 AND c.seq = $3`,
    [channel, user, seq],
  );
  await sql.end();
}
