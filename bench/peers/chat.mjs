// The roadmap's own design on Node: `send_message` is stored by one prepared call a message, on a pool of connections, then
// broadcast to the channel's room and acknowledged. The call is Hubbub's own for a single message, so it removes repeats.
import { accept, pool } from './accept.mjs';

const append = {
  name: 'message_append',
  text: `SELECT outcome, "messageId", "messageCreatedAt", "messageSeq", "messageEventSeq"
    FROM chat_append_message($1, $2, $3, $4, $5)`,
};
const [stored, deduplicated] = [0, 1];

const isUuid = (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

const toMessage = (row, senderId, sent) => ({
  id: Number(row.messageId),
  seq: Number(row.messageSeq),
  chatChannelId: sent.chatChannelId,
  senderId,
  content: sent.content,
  createdAt: row.messageCreatedAt,
  editedAt: null,
  deletedAt: null,
  clientMessageId: sent.clientMessageId,
  parentMessageId: sent.parentMessageId ?? null,
  reactions: [],
});

const refusal = (code) => ({ ok: false, error: { code, message: code, retryable: code.startsWith('server.') } });

async function send(io, senderId, sent) {
  const { chatChannelId, content, clientMessageId, parentMessageId = null } = sent;
  if (!Number.isInteger(chatChannelId) || typeof content !== 'string' || content === '' || !isUuid(clientMessageId))
    return refusal('validation.format');
  const { rows } = await pool.query({
    ...append,
    values: [chatChannelId, senderId, content, clientMessageId, parentMessageId],
  });
  const [row] = rows;
  if (row.outcome !== stored && row.outcome !== deduplicated) return refusal('channel.not_found');
  const message = toMessage(row, senderId, sent);
  if (row.outcome === stored)
    io.to(String(chatChannelId)).emit('new_message', { chatChannelId, eventSeq: Number(row.messageEventSeq), message });
  return { ok: true, message, deduplicated: row.outcome === deduplicated };
}

accept((io, socket) => {
  socket.on('send_message', (sent, acknowledge) => {
    send(io, socket.data.userId, sent).then(acknowledge, () => acknowledge(refusal('server.unavailable')));
  });
});
