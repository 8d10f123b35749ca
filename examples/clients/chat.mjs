// node chat.mjs URL USERNAME PASSWORD CHANNEL-ID: says each line of its input in a channel, and prints what is said there.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { io } from 'socket.io-client';

const [url, username, password, id] = process.argv.slice(2);
const chatChannelId = Number(id);
let last; // the eventSeq up to which nothing is missing
let waiting = []; // what comes before we have joined
function take({ eventSeq, message }) {
  if (waiting) return waiting.push({ eventSeq, message });
  if (eventSeq <= last) return;
  last = eventSeq;
  if (message) console.log(`${message.senderId}: ${message.content}`);
}
async function signIn() {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username, password }) };
  const { accessToken, error } = await (await fetch(`${url}/api/v1/auth/login`, request)).json();
  return accessToken ?? Promise.reject(new Error(error.message));
}
const again = (after = 1000) => setTimeout(() => socket.disconnect().connect(), after);
const socket = io(url, { auth: (give) => signIn().then((token) => give({ token }), () => again()), retries: 10, ackTimeout: 5000 });
socket.on('connected', async () => {
  const { ok, error, ...joined } = await socket.emitWithAck('join_channel', { chatChannelId, lastEventSeq: last });
  if (!ok) return console.error(error.message);
  if (!joined.recovered) last = joined.lastEventSeq ?? joined.channel.lastEventSeq;
  const missed = [...(joined.events ?? []).map(({ data }) => data), ...(waiting ?? [])];
  waiting = null;
  missed.forEach(take);
  console.log('here');
});
socket.onAny((_, data) => data?.eventSeq && data.chatChannelId === chatChannelId && take(data));
socket.on('error', async ({ error }) => error.code === 'auth.token_expired' && socket.emit('refresh_token', { token: await signIn() }));
socket.on('connect_error', ({ data }) => socket.active || again(data?.retryAfterMs));
socket.on('disconnect', (reason) => {
  waiting = [];
  if (reason === 'io server disconnect') again();
});
for await (const content of createInterface({ input: process.stdin })) {
  const { ok, error } = await socket.emitWithAck('send_message', { chatChannelId, content, clientMessageId: randomUUID() });
  if (!ok) console.error(error.message);
}
