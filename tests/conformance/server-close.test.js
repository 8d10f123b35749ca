import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { withConformanceServer } from '../support/conformance-server.js';
import { PollingSession, WebSocketSession } from '../support/engineio.js';
import { request } from '../support/http.js';
import { RawWebSocket } from '../support/raw-websocket.js';
import { test } from '../support/timed-test.js';
import { next } from '../support/wait.js';

const kCloseLinger = 2000;

describe('a server that closes', () => {
  const options = ['--ping-interval', '5000', '--ping-timeout', '5000'];
  const testWith = (name, body) => test(name, () => withConformanceServer({ options }, body));

  testWith('websocket: what is queued leaves, then close 1000', async (server) => {
    const session = await WebSocketSession.open(server.engineio);
    const large = '4'.padEnd(900_000, 'x');
    for (let i = 0; i < 4; ++i) session.send(large);
    await session.next();
    const stopped = server.stop();
    const { code } = await session.untilClosed();
    assert.equal(code, 1000);
    while (session.waiting > 0) assert.equal((await session.next()).length, large.length, 'no message is cut off');
    await stopped;
  });

  testWith('polling: the waiting GET gets 1', async (server) => {
    const session = await PollingSession.open(server.engineio);
    const waiting = session.get();
    await session.post('3'); // a round trip, so that the GET waits
    const stopped = server.stop();
    assert.equal((await waiting).text, '1');
    await stopped;
  });

  testWith('polling: what is queued is given to the next GET, the close to the one after', async (server) => {
    const session = await PollingSession.open(server.engineio);
    await session.post('4last words');
    const stopped = server.stop();
    assert.deepEqual(await session.poll(), ['4last words']);
    assert.deepEqual(await session.poll(), ['1']);
    await stopped;
  });

  testWith('polling: a client between two polls gets the close with its next GET', async (server) => {
    const session = await PollingSession.open(server.engineio);
    const stopped = server.stop();
    await sleep(100);
    assert.deepEqual(await session.poll(), ['1']);
    await stopped;
  });

  testWith('a client that does not answer the close holds it up no longer than the linger; nobody new comes in', async (server) => {
    const { socketioPort } = server;
    const silent = await RawWebSocket.open(socketioPort, '/socket.io/?EIO=4&transport=websocket');
    const since = performance.now();
    const stopped = server.stop();
    await silent.closeCode();
    assert.equal((await request(`${server.socketio}?EIO=4&transport=polling`)).status, 503);
    await stopped;
    assert.ok(performance.now() - since > kCloseLinger - 200, 'it was given the time');
    silent.close();
  });

  // A DISCONNECT packet would tell clients not to come back.
  for (const transport of ['websocket', 'polling']) {
    testWith(`socket.io-client sees a lost connection, and tries again: ${transport}`, async (server) => {
      const socket = io(server.origin, { transports: [transport], forceNew: true, reconnectionDelay: 10 });
      await next(socket, 'connect');
      const lost = next(socket, 'disconnect');
      const retried = next(socket.io, 'reconnect_attempt');
      await server.stop();
      assert.equal((await lost)[0], 'transport close');
      await retried;
      socket.disconnect();
    });
  }
});
