import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createChannel, signUp } from '../support/api.js';
import { Hubbub } from '../support/hubbub.js';
import { StreamingClient } from '../support/streaming-client.js';
import { until } from '../support/wait.js';

const kKills = 2;
const kAcksPerRound = 120;
const kInFlight = 8;

let hubbub;
before(async () => void (hubbub = await Hubbub.start()));
after(() => hubbub?.stop());

test('kill -9 in mid-stream: every acknowledged message is there once, in order, by REST, SQL and socket', async (t) => {
  const [alice, bob] = [await signUp(hubbub.url), await signUp(hubbub.url)];
  const channel = await createChannel(alice, { members: [bob] });
  const clients = [
    await StreamingClient.start(hubbub.url, alice, channel, { transports: ['polling'] }),
    await StreamingClient.start(hubbub.url, bob, channel, { transports: ['polling', 'websocket'] }),
  ];
  t.after(() => clients.forEach((client) => client.close()));
  await until('the upgrade', () => clients[1].transport === 'websocket');
  assert.equal(clients[0].transport, 'polling');

  const acked = () => clients.reduce((sum, client) => sum + client.acked.size, 0);
  clients.forEach((client) => client.keepSending(kInFlight));
  for (let kill = 0; kill < kKills; ++kill) {
    const due = acked() + kAcksPerRound;
    await until(`${due} acks`, () => acked() >= due, { timeoutMs: 60_000, everyMs: 1 });
    assert.ok(clients.every((client) => client.inFlight > 0), 'the server is killed with sends in flight');
    await hubbub.kill9();
    await hubbub.restart();
  }
  const due = acked() + kAcksPerRound;
  await until(`${due} acks`, () => acked() >= due, { timeoutMs: 60_000 });
  await Promise.all(clients.map((client) => client.finishSending()));

  const sent = clients.flatMap((client) => client.sent);
  const acks = new Map(clients.flatMap((client) => [...client.acked]));
  assert.equal(acks.size, sent.length);
  const deduplicated = [...acks.values()].filter((ack) => ack.deduplicated).length;
  const retried = clients.reduce((sum, client) => sum + client.retries, 0);
  t.diagnostic(`${sent.length} messages, ${retried} retries, ${deduplicated} of them had been stored before the kill`);
  assert.ok(retried > 0, 'some sends were in flight at the kill');

  const backward = await readBackward(alice.api, channel, 100);
  const forward = await readForward(bob.api, channel, backward[0].id, 17);
  assert.deepEqual(forward, backward);
  assertHistory(backward, sent, acks);
  await assertTables(channel, backward);
  for (const client of clients) await assertStream(client, channel, backward);
});

/** By REST from the newest page to the oldest. */
async function readBackward(api, channel, limit) {
  let messages = [];
  for (;;) {
    const before = messages.length > 0 ? `&before=${messages[0].id}` : '';
    const { status, body } = await api.get(`/channels/${channel}/messages?limit=${limit}${before}`);
    assert.equal(status, 200);
    messages = [...body.messages, ...messages];
    if (!body.hasMoreBefore) return messages;
  }
}

/** By REST from `first` to the newest. */
async function readForward(api, channel, first, limit) {
  const one = await api.get(`/channels/${channel}/messages/${first}`);
  const messages = [one.body.message];
  for (;;) {
    const { status, body } = await api.get(`/channels/${channel}/messages?limit=${limit}&after=${messages.at(-1).id}`);
    assert.equal(status, 200);
    messages.push(...body.messages);
    if (!body.hasMoreAfter) return messages;
  }
}

function assertHistory(messages, sent, acks) {
  assert.deepEqual(messages.map((message) => message.seq), sent.map((_, i) => i + 1), 'seq is 1..N without gaps');
  messages.slice(1).forEach((message, i) => assert.ok(message.id > messages[i].id, 'ids ascend with seq'));
  const byClientId = new Map(messages.map((message) => [message.clientMessageId, message]));
  assert.equal(byClientId.size, sent.length, 'every send is there exactly once');
  for (const { clientMessageId, content, senderId } of sent) {
    const stored = byClientId.get(clientMessageId);
    assert.equal(stored.content, content);
    assert.equal(stored.senderId, senderId);
    assert.deepEqual(acks.get(clientMessageId).message, stored, 'the ack said what is stored');
  }
}

async function assertTables(channel, messages) {
  const database = await hubbub.sql();
  try {
    const { rows } = await database.query(
      `SELECT id::int, seq::int, "eventSeq"::int, content, "clientMessageId"::text
         FROM chat_message WHERE "chatChannelId" = $1 ORDER BY seq`,
      [channel],
    );
    const shown = ({ id, seq, content, clientMessageId }) => ({ id, seq, content, clientMessageId });
    assert.deepEqual(rows.map(shown), messages.map(shown));
    rows.slice(1).forEach((row, i) => assert.ok(row.eventSeq > rows[i].eventSeq));
    const head = await database.query(
      `SELECT h."lastSeq"::int, h."lastEventSeq"::int, c."lastMessageId"::int
         FROM chat_channel_head h JOIN chat_channel c ON c.id = h."chatChannelId" WHERE c.id = $1`,
      [channel],
    );
    assert.equal(head.rows[0].lastSeq, messages.length);
    assert.equal(head.rows[0].lastMessageId, messages.at(-1).id);
    assert.equal(head.rows[0].lastEventSeq, rows.at(-1).eventSeq);
  } finally {
    await database.end();
  }
}

/** What the client received, live and by `resume`, and what it would get by `resume` from its first event. */
async function assertStream(client, channel, messages) {
  const last = messages.at(-1).id;
  await until(`${client.name} to see the last message`, () => client.messages.at(-1)?.id === last);
  assert.deepEqual(client.faults, []);
  client.stream.forEach(({ eventSeq }, i) => assert.equal(eventSeq, client.firstEventSeq + i, 'no gap in eventSeq'));
  assert.deepEqual(client.messages, messages);

  const again = await client.ask('resume', { channels: { [channel]: client.firstEventSeq - 1 } });
  assert.equal(again.ok, true);
  const { recovered, events, lastEventSeq } = again.channels[channel];
  assert.equal(recovered, true);
  assert.equal(lastEventSeq, client.stream.at(-1).eventSeq);
  assert.deepEqual(events.map(({ data }) => data), client.stream);
}
