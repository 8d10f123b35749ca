// node chat.mjs URL USERNAME PASSWORD CHANNEL-ID: says each line of its input in a channel, and prints what is said there.
// `/edit TEXT` changes what it said last. It needs socket.io-client alone.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { io } from 'socket.io-client';

const [url, username, password, id] = process.argv.slice(2);
const chatChannelId = Number(id);

async function signIn() {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username, password }) };
  const { accessToken, error } = await (await fetch(`${url}/api/v1/auth/login`, request)).json();
  return accessToken ?? Promise.reject(new Error(error.message));
}

let last = null; // eventSeq up to which nothing is missing
const beyond = new Set(); // what came after a gap
const waiting = []; // what came before we knew where we are
function take(event, data) {
  if (data?.chatChannelId !== chatChannelId || !data.eventSeq) return;
  if (last === null) return waiting.push([event, data]);
  if (data.eventSeq <= last || beyond.has(data.eventSeq)) return;
  for (beyond.add(data.eventSeq); beyond.delete(last + 1); ) last += 1;
  if (event === 'new_message') console.log(`${data.message.senderId}: ${data.message.content}`);
  if (event === 'message_edited') console.log(`${data.editedBy} meant: ${data.content}`);
}

const again = (after = 1000) => setTimeout(() => socket.disconnect().connect(), after);
const socket = io(url, { auth: (give) => signIn().then((token) => give({ token }), again), retries: 10, ackTimeout: 5000 });
socket.on('connected', async () => {
  const { ok, error, ...joined } = await socket.emitWithAck('join_channel', { chatChannelId, lastEventSeq: last ?? undefined });
  if (!ok) return console.error(error.message);
  if (joined.recovered === false || last === null) last = joined.lastEventSeq ?? joined.channel.lastEventSeq;
  for (const { event, data } of joined.events ?? []) take(event, data);
  for (const args of waiting.splice(0)) take(...args);
  console.log('here');
});
socket.onAny(take);
socket.on('error', async ({ error }) => error.code === 'auth.token_expired' && socket.emit('refresh_token', { token: await signIn() }));
socket.on('connect_error', ({ data }) => socket.active || again(data?.retryAfterMs));
socket.on('disconnect', (reason) => reason === 'io server disconnect' && again());

let said;
for await (const line of createInterface({ input: process.stdin })) {
  const edit = /^\/edit (.+)/.exec(line);
  const [event, what] = edit ? ['edit_message', { messageId: said, content: edit[1] }] : ['send_message', { content: line, clientMessageId: randomUUID() }];
  const { ok, error, message } = await socket.emitWithAck(event, { chatChannelId, ...what });
  if (ok) said = message.id;
  else console.error(error.message);
}
