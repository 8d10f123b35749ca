import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createChannel, signUp } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';
import { StreamingClient } from '../support/streaming-client.js';
import { until } from '../support/wait.js';

describe('the live events of a channel', () => {
  let hubbub;
  let alice;
  let bob;
  before(async () => {
    hubbub = await Hubbub.start();
    [alice, bob] = [await signUp(hubbub.url), await signUp(hubbub.url)];
  });
  after(() => hubbub?.stop());

  test('what was committed without an answer to the server is broadcast all the same, in its place', async (t) => {
    const channel = await createChannel(alice, { members: [bob] });
    const [a, b] = [
      await ChatClient.connect(hubbub.url, alice.session.accessToken),
      await ChatClient.connect(hubbub.url, bob.session.accessToken),
    ];
    const sql = await hubbub.sql();
    t.after(() => Promise.all([sql.end(), a.close(), b.close()]));
    const appendUnseen = (content, clientMessageId = randomUUID()) =>
      sql.query('SELECT chat_append_message($1, $2, $3, $4, NULL)', [channel, alice.id, content, clientMessageId]);
    const seen = (content) => b.see('new_message', ({ message }) => message.content === content);

    await a.send(channel, '1');
    await appendUnseen('2');
    await appendUnseen('3');
    await a.send(channel, '4');
    await seen('4');

    const clientMessageId = randomUUID();
    await appendUnseen('5', clientMessageId);
    assert.equal((await a.send(channel, '5', { clientMessageId })).deduplicated, true);
    await seen('5');

    await appendUnseen('6');
    await Promise.all(['7', '8', '9'].map((content) => a.send(channel, content)));
    await seen('9');
    const events = b.all('new_message');
    assert.deepEqual(events.map(({ message }) => message.content), ['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    assert.deepEqual(events.map(({ eventSeq }) => eventSeq), events.map((_, i) => events[0].eventSeq + i));
  });

  test('more is missing than is broadcast: the sockets are told, and what comes afterwards comes live', async (t) => {
    const channel = await createChannel(alice, { members: [bob] });
    const [a, b] = [
      await ChatClient.connect(hubbub.url, alice.session.accessToken),
      await ChatClient.connect(hubbub.url, bob.session.accessToken),
    ];
    const sql = await hubbub.sql();
    t.after(() => Promise.all([sql.end(), a.close(), b.close()]));
    await a.send(channel, 'first');
    await sql.query("SELECT chat_append_message($1, $2, 'unseen', gen_random_uuid(), NULL) FROM generate_series(1, 1001)", [channel, alice.id]);
    const { lastEventSeq } = await b.see('channel_behind', ({ chatChannelId }) => chatChannelId === channel, { timeoutMs: 20_000 });
    const { message } = await a.send(channel, 'last');
    const last = await b.see('new_message', (event) => event.message.id === message.id);
    assert.equal(last.eventSeq, lastEventSeq + 1);
    const { channels } = await b.ask('resume', { channels: { [channel]: lastEventSeq - 10 } });
    assert.equal(channels[channel].events.length, 11);
  });

  test('connections to the database lost, the database killed, in mid-stream: no gap, no loss, nothing twice', async (t) => {
    const channel = await createChannel(alice, { members: [bob] });
    const clients = [
      await StreamingClient.start(hubbub.url, alice, channel),
      await StreamingClient.start(hubbub.url, bob, channel),
    ];
    t.after(() => clients.forEach((client) => client.close()));
    const acked = () => clients.reduce((sum, client) => sum + client.acked.size, 0);
    const moreAcks = async () => {
      const due = acked() + 100;
      await until(`${due} acks`, () => acked() >= due, { timeoutMs: 60_000, everyMs: 1 });
    };

    clients.forEach((client) => client.keepSending(8));
    for (const strike of [cutConnections, killDatabase, cutConnections, killDatabase]) {
      await moreAcks();
      await strike();
    }
    await moreAcks();
    await Promise.all(clients.map((client) => client.finishSending()));

    const sent = clients.flatMap((client) => client.sent).length;
    await until('everything to be seen', () => clients.every(({ messages }) => messages.length === sent));
    for (const client of clients) assert.deepEqual(client.faults, []);
  });

  async function cutConnections() {
    const sql = await hubbub.sql();
    await sql.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = user AND pid <> pg_backend_pid()');
    await sql.end();
  }

  /** As a crash would; Hubbub starts it again. */
  async function killDatabase() {
    const [pid] = readFileSync(path.join(hubbub.dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGQUIT');
  }
});
