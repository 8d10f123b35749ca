// What hardening.md and data.md say of a database that is away, slow, or loses a connection: real faults of a real PostgreSQL.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { assertError, assertRefused, createChannel, signUp } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';
import { request } from '../support/http.js';
import { scrape } from '../support/metrics.js';
import { StreamingClient } from '../support/streaming-client.js';
import { until } from '../support/wait.js';

/** Longer than `kDatabaseAnswerTimeout`, after which a silent connection is given up. */
const kBoundMs = 40_000;

describe('the database is away', () => {
  let hubbub;
  let alice;
  let bob;
  let channel;
  const clients = [];
  before(async () => {
    hubbub = await Hubbub.start({ env: { HUBBUB_LIMITS_EVENTS_PER_SECOND: '0' } });
    [alice, bob] = [await signUp(hubbub.url), await signUp(hubbub.url)];
    channel = await createChannel(alice, { members: [bob] });
  });
  after(async () => {
    clients.forEach((client) => client.close());
    await hubbub?.stop();
  });

  const postmaster = () => Number(readFileSync(path.join(hubbub.dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
  const isReady = async () => (await request(`${hubbub.url}/readyz`)).status === 200;
  /** On every thread; /readyz speaks for the one that it comes to. */
  const isAllThere = async () => {
    const metrics = await scrape(hubbub.url);
    return metrics.get('hubbub_database_connections_ready') === metrics.get('hubbub_database_connections');
  };

  /** The postmaster and what it started. */
  function cluster() {
    const pid = postmaster();
    const children = readdirSync('/proc').filter((name) => {
      try {
        return /^\d+$/.test(name) && readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1].split(' ')[1] === `${pid}`;
      } catch {
        return false; // it has just ended
      }
    });
    return [pid, ...children.map(Number)];
  }

  function signal(pids, name) {
    for (const pid of pids) {
      try {
        process.kill(pid, name);
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    }
  }

  /** Sends without pause while `fault` happens, three times; then compares what was acknowledged with the table. */
  async function losesNothing(fault) {
    await until('the database', isAllThere, { timeoutMs: kBoundMs });
    const streams = [await StreamingClient.start(hubbub.url, alice, channel), await StreamingClient.start(hubbub.url, bob, channel)];
    clients.push(...streams);
    const ids = streams.map(({ chat }) => chat.socket.id);
    const acked = () => streams.reduce((sum, stream) => sum + stream.acked.size, 0);
    streams.forEach((stream) => stream.keepSending(8));
    for (let i = 0; i < 3; ++i) {
      const due = acked() + 40;
      await until(`${due} acks`, () => acked() >= due, { timeoutMs: kBoundMs });
      await fault();
    }
    const due = acked() + 40;
    await until(`${due} acks after the last fault`, () => acked() >= due, { timeoutMs: kBoundMs });
    await Promise.all(streams.map((stream) => stream.finishSending()));
    assert.deepEqual(streams.map(({ chat }) => chat.socket.id), ids, 'the sockets stayed connected');
    assert.ok(streams.reduce((sum, stream) => sum + stream.retries, 0) > 0, 'some sends were in flight at a fault');

    const sql = await hubbub.sql();
    const { rows } = await sql.query('SELECT id::int, seq::int, "clientMessageId" FROM chat_message WHERE "chatChannelId" = $1 ORDER BY seq', [channel]);
    await sql.end();
    assert.deepEqual(rows.map(({ seq }) => seq), rows.map((_, i) => i + 1), 'seq has no gap');
    const stored = new Map(rows.map((row) => [row.clientMessageId, row.id]));
    assert.equal(stored.size, rows.length, 'nothing is stored twice');
    for (const [id, { message }] of streams.flatMap((stream) => [...stream.acked])) assert.equal(stored.get(id), message.id);
    for (const stream of streams) {
      await until('the whole stream', () => stream.messages.at(-1)?.seq === rows.length);
      assert.deepEqual(stream.faults, []);
      stream.close();
    }
  }

  test('pg_ctl -m immediate, and it comes back: nothing acknowledged is lost, sockets stay', async () => {
    await losesNothing(async () => {
      const before = postmaster();
      signal([before], 'SIGQUIT');
      await until('PostgreSQL to be started again', () => {
        try {
          return postmaster() !== before;
        } catch {
          return false;
        }
      }, { timeoutMs: kBoundMs });
    });
    const metrics = await scrape(hubbub.url);
    assert.ok(metrics.get('hubbub_database_failures_total{what="connection_lost"}') > 0);
  });

  test('backends terminated in mid-batch: nothing acknowledged is lost, sockets stay', async () => {
    await losesNothing(async () => {
      const sql = await hubbub.sql();
      const { rowCount } = await sql.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
      );
      await sql.end();
      assert.ok(rowCount > 0);
    });
  });

  /** Sockets of both, and a send that may be repeated. */
  async function connectBoth() {
    await until('the database', isAllThere, { timeoutMs: kBoundMs });
    const a = await ChatClient.connect(hubbub.url, alice.session.accessToken);
    const b = await ChatClient.connect(hubbub.url, bob.session.accessToken);
    clients.push(a, b);
    await typingIsSeen({ a, b }); // not before the server has read whether they hide
    const clientMessageId = randomUUID();
    const send = () => a.socket.timeout(kBoundMs).emitWithAck('send_message', { chatChannelId: channel, content: 'on ice', clientMessageId });
    return { a, b, send, clientMessageId, id: a.socket.id };
  }

  /** What needs no database. */
  async function typingIsSeen({ a, b }) {
    a.events.length = 0;
    assert.equal((await b.ask('typing_start', { chatChannelId: channel })).ok, true);
    await a.see('user_typing', (event) => event.userId === bob.id);
    await b.ask('typing_stop', { chatChannelId: channel });
    await a.see('user_stopped_typing', (event) => event.userId === bob.id);
  }

  /** A send, a read by socket and one by REST are refused; what needs no database goes on meanwhile. */
  async function refusesAll({ a, b, send }) {
    const refused = (ack) => {
      assertError(ack.error, 'server.unavailable');
      assert.equal(ack.error.retryable, true);
    };
    const history = a.socket.timeout(kBoundMs).emitWithAck('get_history', { chatChannelId: channel });
    const answers = Promise.all([send(), history, alice.api.get('/me')]);
    await typingIsSeen({ a, b });
    const [sent, read, answer] = await answers;
    refused(sent);
    refused(read);
    assertRefused(answer, 503, 'server.unavailable');
    assert.equal(answer.headers['retry-after'], '1');
  }

  /** All is as before the fault, and the send that was refused, or not, can be repeated: it is stored once. */
  async function isMended({ a, send, clientMessageId, id }) {
    await until('the database to be back', isAllThere, { timeoutMs: kBoundMs });
    await until('the send to be stored', async () => (await send()).ok, { timeoutMs: kBoundMs });
    assert.equal((await send()).deduplicated, true);
    assert.equal(a.socket.id, id, 'the socket stayed connected');
    const page = async () => (await alice.api.get(`/channels/${channel}/messages?limit=10`)).body.messages;
    const messages = await until('the history', page, { timeoutMs: kBoundMs });
    assert.equal(messages.filter((message) => message.clientMessageId === clientMessageId).length, 1);
  }

  test('SIGSTOP of all of PostgreSQL: everything is refused in bounded time; SIGCONT mends it', async () => {
    const both = await connectBoth();
    const stopped = cluster();
    signal(stopped, 'SIGSTOP');
    try {
      await refusesAll(both);
    } finally {
      signal(stopped, 'SIGCONT');
    }
    await isMended(both);
  });

  test('no connection to be had: everything is refused at once, /readyz says so; then it mends', async () => {
    const both = await connectBoth();
    const [parent, ...others] = cluster();
    signal([parent], 'SIGSTOP'); // takes no connection
    try {
      const backends = others.filter((pid) => /hubbub \[local\]/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')));
      assert.ok(backends.length > 0);
      signal(backends, 'SIGTERM');
      await until('/readyz to say no', async () => !(await isReady()), { timeoutMs: kBoundMs });
      await until('the last connection to be lost', async () => (await scrape(hubbub.url)).get('hubbub_database_connections_ready') === 0);
      const began = performance.now();
      await refusesAll(both);
      assert.ok(performance.now() - began < 4000, 'at once, and not after a timeout');
    } finally {
      signal([parent], 'SIGCONT');
    }
    await isMended(both);
  });
});
