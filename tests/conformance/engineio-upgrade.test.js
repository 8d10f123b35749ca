import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { startConformanceServer } from '../support/conformance-server.js';
import { PollingSession, WebSocketSession } from '../support/engineio.js';
import { test } from '../support/timed-test.js';
import { within } from '../support/wait.js';

const kUpgradeTimeout = 10_000;

describe('Engine.IO upgrade', { concurrency: true }, () => {
  let server;
  before(async () => void (server = await startConformanceServer()));
  after(() => server.stop());

  const openPolling = () => PollingSession.open(server.engineio);
  const probe = (session, options) => WebSocketSession.probe(server.engineio, session.sid, options);

  async function upgrade(session) {
    const socket = await probe(session);
    socket.send('2probe');
    assert.equal(await socket.next('the answer to the probe'), '3probe');
    socket.send('5');
    return socket;
  }

  test('2probe is answered by 3probe, then 5 moves the session', async () => {
    const socket = await upgrade(await openPolling());
    socket.send('4hello');
    assert.equal(await socket.next(), '4hello');
    socket.close();
  });

  test('a waiting GET is released with 6', async () => {
    const session = await openPolling();
    const waiting = session.poll();
    const socket = await probe(session);
    socket.send('2probe');
    assert.equal(await socket.next('the answer to the probe'), '3probe');
    assert.deepEqual(await waiting, ['6']);
    socket.send('5');
    socket.send('4hello');
    assert.equal(await socket.next(), '4hello');
    socket.close();
  });

  test('messages are held for polling until 5: a GET gets them', async () => {
    const session = await openPolling();
    const socket = await probe(session);
    socket.send('2probe');
    await socket.next('the answer to the probe');
    await session.post('4before');
    const messages = () => untilMessage(session);
    assert.deepEqual(await within('the message by polling', messages(), 2000), ['4before']);
    assert.equal(socket.waiting, 0);
    socket.close();
  });

  /** The packets of the first answer that holds other packets than the noops that release a GET. */
  async function untilMessage(session) {
    for (;;) {
      const packets = (await session.poll()).filter((packet) => packet !== '6');
      if (packets.length > 0) return packets;
    }
  }

  test('what no GET took is flushed on the websocket after 5, in order', async () => {
    const session = await openPolling();
    const socket = await probe(session);
    socket.send('2probe');
    await socket.next('the answer to the probe');
    await session.post('4one\x1ebAQID\x1e4three');
    socket.send('5');
    socket.send('4four');
    assert.deepEqual(await socket.take(4), ['4one', Buffer.from([1, 2, 3]), '4three', '4four']);
    socket.close();
  });

  test('2probe, 5 and a message in one go', async () => {
    const session = await openPolling();
    const socket = await probe(session);
    socket.send('2probe');
    socket.send('5');
    socket.send('4hello');
    assert.deepEqual(await socket.take(2), ['3probe', '4hello']);
    socket.close();
  });

  test('after it, polling on that sid gets 400', async () => {
    const session = await openPolling();
    const socket = await upgrade(session);
    socket.send('4hello');
    assert.equal(await socket.next(), '4hello');
    for (const answer of [await session.get(), await session.post('4too late')]) {
      assert.equal(answer.status, 400);
      assert.equal(JSON.parse(answer.text).code, 3);
    }
    socket.send('4still here');
    assert.equal(await socket.next(), '4still here');
    socket.close();
  });

  test('after it, a second websocket on that sid is accepted (101) and closed', async () => {
    const session = await openPolling();
    const socket = await upgrade(session);
    const second = await probe(session);
    await second.untilClosed();
    socket.send('4still here');
    assert.equal(await socket.next(), '4still here');
    socket.close();
  });

  test('a second websocket while one probes is accepted (101) and closed', async () => {
    const session = await openPolling();
    const first = await probe(session);
    first.send('2probe');
    await first.next('the answer to the probe');
    const second = await probe(session);
    await second.untilClosed();
    first.send('5');
    first.send('4hello');
    assert.equal(await first.next(), '4hello');
    first.close();
  });

  test('the heartbeat goes on, on the websocket', async () => {
    const session = await openPolling();
    const socket = await probe(session, { heartbeat: false });
    socket.send('2probe');
    await socket.next('the answer to the probe');
    socket.send('5');
    for (let round = 0; round < 3; ++round) {
      assert.equal(await socket.next('a ping'), '2');
      socket.send('3');
    }
    await socket.next('a ping');
    await socket.untilClosed();
    assert.ok(await session.isDead());
  });

  for (const packet of ['4hello', '2', '2prob', '3probe', 'abc', Buffer.from([1, 2, 3])]) {
    test(`wrong first packet: only that websocket closes: ${JSON.stringify(packet)}`, async () => {
      const session = await openPolling();
      const socket = await probe(session);
      socket.send(packet);
      await socket.untilClosed();
      await session.post('4still here');
      assert.deepEqual(await session.take(1), ['4still here']);
    });
  }

  test('a websocket lost in mid-upgrade leaves the session on polling', async () => {
    const session = await openPolling();
    const socket = await probe(session);
    socket.send('2probe');
    await socket.next('the answer to the probe');
    socket.close();
    await socket.untilClosed();
    await session.post('4still here');
    assert.deepEqual(await untilMessage(session), ['4still here']);

    // And it can be tried again.
    const again = await upgrade(session);
    again.send('4hello');
    assert.equal(await again.next(), '4hello');
    again.close();
  });

  test('upgradeTimeout 10 s: a probe without upgrade closes that websocket, the session lives', async () => {
    const session = await openPolling();
    let polling = true;
    const polls = (async () => {
      while (polling) await session.poll();
    })();
    polls.catch(() => {}); // Looked at below, or of no matter any more.
    try {
      const socket = await probe(session);
      const since = performance.now();
      socket.send('2probe');
      await socket.next('the answer to the probe');
      await socket.untilClosed(kUpgradeTimeout + 2000);
      assert.ok(performance.now() - since >= kUpgradeTimeout - 50);
    } finally {
      polling = false;
    }
    await session.post('4still here');
    await polls;
    assert.equal(await session.isDead(), false);
  });
});
