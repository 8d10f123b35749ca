import { uniqueName } from './api.js';

/** Has `count` new users react to a message, past the program: no client is told. Resolves with their ids, the first one first. */
export async function haveReacted(hubbub, { messageId, reaction, count }) {
  const sql = await hubbub.sql();
  const { rows } = await sql.query(
    `WITH people AS (
       INSERT INTO chat_user (username, "displayName") SELECT $1 || n, 'Somebody ' || n FROM generate_series(1, $2::bigint) n RETURNING id
     )
     INSERT INTO chat_message_reaction ("messageId", "messageCreatedAt", "userId", reaction, "createdAt")
     SELECT m.id, m."createdAt", p.id, $4, m."createdAt" FROM people p, chat_message m WHERE m.id = $3
     RETURNING "userId"`,
    [uniqueName('fan'), count, messageId, reaction],
  );
  await sql.end();
  return rows.map(({ userId }) => Number(userId)).sort((one, other) => one - other);
}
