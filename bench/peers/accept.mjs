// What `hubbub serve` does when a client connects, on Node: verify the token, check its session, read the user's channels,
// join their rooms, emit `connected`. Same database, same statements, prepared once a connection.
// Arguments: --port N --database SOCKET_DIRECTORY [--name DATABASE] --secret FILE
import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import { Server } from 'socket.io';

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    database: { type: 'string' },
    name: { type: 'string', default: 'hubbub' },
    secret: { type: 'string' },
  },
});
const key = createSecretKey(readFileSync(values.secret, 'utf8').trim(), 'utf8');
const verification = { algorithms: ['HS256'], issuer: 'hubbub', audience: 'hubbub' };
const limits = { messageBytesMax: 16384, historyPageMax: 100 };
export const pool = new pg.Pool({ host: values.database, user: 'hubbub', database: values.name, max: 8 });

const checkSession = {
  name: 'session_check',
  text: `SELECT 1 FROM chat_session s JOIN chat_user u ON u.id = s."userId"
    WHERE s."familyId" = $1 AND s."userId" = $2 AND s."revokedAt" IS NULL AND s."expiresAt" > now() AND u."disabledAt" IS NULL
    ORDER BY s.id DESC LIMIT 1`,
};
const channelsOf = {
  name: 'channel_list_of_user',
  text: `SELECT c.id, c.type, c.name, m.role, c."lastMessageId", h."lastSeq", h."lastEventSeq", m."lastReadMessageId",
      m."lastReadSeq"
    FROM chat_channel_user_mapping m
    JOIN chat_channel c ON c.id = m."chatChannelId"
    JOIN chat_channel_head h ON h."chatChannelId" = m."chatChannelId"
    WHERE m."userId" = $1 AND m."leftAt" IS NULL
    ORDER BY m."chatChannelId"`,
};

const toState = (row) => ({
  chatChannelId: Number(row.id),
  name: row.name,
  type: row.type,
  role: row.role,
  lastMessageId: row.lastMessageId && Number(row.lastMessageId),
  lastSeq: Number(row.lastSeq),
  lastEventSeq: Number(row.lastEventSeq),
  lastReadMessageId: row.lastReadMessageId && Number(row.lastReadMessageId),
  unreadCount: Number(row.lastSeq) - Number(row.lastReadSeq),
});

/// Serves. `onConnected(io, socket)` is called before `connected` leaves.
export function accept(onConnected = () => {}) {
  const io = new Server({ perMessageDeflate: false, httpCompression: false, serveClient: false });

  io.use(async (socket, next) => {
    try {
      const claims = jwt.verify(socket.handshake.auth.token, key, verification);
      const { rowCount } = await pool.query({ ...checkSession, values: [claims.sid, claims.sub] });
      if (rowCount === 0) return next(new Error('auth.revoked'));
      socket.data = { userId: Number(claims.sub), sessionId: Number(claims.sid) };
      next();
    } catch {
      next(new Error('auth.token_invalid'));
    }
  });

  io.on('connection', async (socket) => {
    const { userId, sessionId } = socket.data;
    socket.join([`user:${userId}`, `session:${sessionId}`]);
    const { rows } = await pool.query({ ...channelsOf, values: [userId] });
    socket.join(rows.map((row) => row.id));
    onConnected(io, socket);
    socket.emit('connected', { userId, sessionId, serverTime: new Date().toISOString(), limits, channels: rows.map(toState) });
  });
  io.listen(Number(values.port));
}
