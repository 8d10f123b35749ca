import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startConformanceServer } from '../support/conformance-server.js';
import { PollingSession, WebSocketSession } from '../support/engineio.js';
import { test } from '../support/timed-test.js';

const kPingInterval = 300;
const kPingTimeout = 200;

// A busy machine delays what a test sees, the start of a wait or its end: each bound holds for the best of some rounds.
const kEarlyMax = 3;
const kLateMax = 25;

describe('Engine.IO heartbeat', { concurrency: true }, () => {
  let server;
  before(async () => void (server = await startConformanceServer()));
  after(() => server.stop());

  test('polling: the server pings, and lives on the pong', async () => {
    const session = await PollingSession.open(server.engineio, { heartbeat: false });
    for (let round = 0; round < 4; ++round) {
      assert.deepEqual(await session.poll(), ['2']);
      assert.equal((await session.post('3')).text, 'ok');
    }
  });

  test('websocket: the server pings pingInterval after the last pong', async () => {
    const session = await WebSocketSession.open(server.engineio, { heartbeat: false });
    const waits = [];
    assert.equal(await session.next('a ping'), '2');
    for (let round = 0; round < 5; ++round) {
      const since = performance.now();
      session.send('3');
      assert.equal(await session.next('a ping'), '2');
      waits.push(performance.now() - since);
    }
    session.close();
    assertTimes(waits, kPingInterval);
  });

  test('websocket: no pong within pingTimeout closes, a few milliseconds after its time', async () => {
    const waits = [];
    for (let round = 0; round < 3; ++round) {
      const session = await WebSocketSession.open(server.engineio, { heartbeat: false });
      assert.equal(await session.next('a ping'), '2');
      const since = performance.now();
      await session.untilClosed();
      waits.push(performance.now() - since);
    }
    assertTimes(waits, kPingTimeout);
  });

  test('polling: no pong within pingTimeout closes the session', async () => {
    const waits = [];
    for (let round = 0; round < 3; ++round) {
      const session = await PollingSession.open(server.engineio, { heartbeat: false });
      assert.deepEqual(await session.poll(), ['2']);
      const since = performance.now();
      await session.untilDead();
      waits.push(performance.now() - since);
    }
    // Asked every 20 ms, and each question takes its time.
    assertTimes(waits, kPingTimeout, kLateMax + 25);
  });

  test('polling: a session that never polls is closed after pingInterval + pingTimeout', async () => {
    const session = await PollingSession.open(server.engineio);
    const since = performance.now();
    await session.untilDead();
    assert.ok(performance.now() - since > kPingInterval + kPingTimeout - 50);
  });

  // A server that was kept from running finds the timer over and the pong waiting, and must look at the pong first.
  test('a pong that came in time counts, however late the server reads it', async () => {
    const own = await startConformanceServer();
    const session = await WebSocketSession.open(own.engineio, { heartbeat: false });
    assert.equal(await session.next('a ping'), '2');
    own.program.signal('SIGSTOP');
    session.send('3');
    await sleep(kPingTimeout + 150);
    own.program.signal('SIGCONT');
    assert.equal(await session.next('the next ping'), '2');
    session.close();
    await own.stop();
  });

  test('messages do not stand in for the pong', async () => {
    const session = await WebSocketSession.open(server.engineio, { heartbeat: false });
    assert.equal(await session.next('a ping'), '2');
    const chatter = setInterval(() => session.send('4hello'), 20);
    try {
      await session.untilClosed();
    } finally {
      clearInterval(chatter);
    }
  });
});

function assertTimes(waits, due, lateMax = kLateMax) {
  const shown = waits.map((wait) => wait.toFixed(1)).join(', ');
  assert.ok(Math.max(...waits) >= due - kEarlyMax, `too early: ${shown}`);
  assert.ok(Math.min(...waits) <= due + lateMax, `too late: ${shown}`);
}
