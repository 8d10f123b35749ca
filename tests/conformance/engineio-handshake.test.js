import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { startConformanceServer, withConformanceServer } from '../support/conformance-server.js';
import { PollingSession, WebSocketSession } from '../support/engineio.js';
import { request } from '../support/http.js';
import { test } from '../support/timed-test.js';

describe('Engine.IO handshake', () => {
  let server;
  before(async () => void (server = await startConformanceServer()));
  after(() => server.stop());

  const engineIo = (query, options) => request(`${server.engineio}${query}`, options);

  test('open packet on polling: its fields, defaults and upgrades ["websocket"]', async () => {
    const answer = await engineIo('?EIO=4&transport=polling');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'text/plain; charset=UTF-8');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.text[0], '0');
    const { sid, ...rest } = JSON.parse(answer.text.slice(1));
    assert.equal(typeof sid, 'string');
    assert.deepEqual(rest, { upgrades: ['websocket'], pingInterval: 300, pingTimeout: 200, maxPayload: 1000000 });
  });

  test('open packet on websocket: upgrades []', async () => {
    const session = await WebSocketSession.open(server.engineio);
    const { sid, ...rest } = session.handshake;
    assert.equal(typeof sid, 'string');
    assert.deepEqual(rest, { upgrades: [], pingInterval: 300, pingTimeout: 200, maxPayload: 1000000 });
    session.close();
  });

  test('what is sent to a new session follows the open packet', async () => {
    const polling = await PollingSession.open(server.engineio, { query: '&greet' });
    assert.deepEqual(await polling.poll(), ['4hello']);
    const websocket = await WebSocketSession.open(server.engineio, { query: '&greet' });
    assert.equal(await websocket.next(), '4hello');
    websocket.close();
  });

  test('a new session that is closed at once hears the open packet first', async () => {
    const polling = await PollingSession.open(server.engineio, { query: '&leave' });
    assert.deepEqual(await polling.poll(), ['1']);
    const websocket = await WebSocketSession.open(server.engineio, { query: '&leave' });
    await websocket.untilClosed();
  });

  test('session id: 20 URL-safe characters, never twice', async () => {
    const seen = new Set();
    for (let i = 0; i < 20; ++i) {
      const { sid } = await PollingSession.open(server.engineio);
      assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
      seen.add(sid);
    }
    assert.equal(seen.size, 20);
  });

  test('session id: never the same as a Socket.IO id', async () => {
    const session = await WebSocketSession.open(server.socketio);
    session.send('40');
    const { sid } = JSON.parse((await session.next()).slice(2));
    assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
    assert.notEqual(sid, session.sid);
    session.close();
  });

  test('path: a prefix, the slash counts', async () => {
    assert.equal((await engineIo('deeper/path?EIO=4&transport=polling')).status, 200);
    const origin = new URL(server.engineio).origin;
    assert.notEqual((await request(`${origin}/engine.io?EIO=4&transport=polling`)).status, 200);
    assert.notEqual((await request(`${origin}/engine.iox/?EIO=4&transport=polling`)).status, 200);
  });

  test('unknown query parameters are ignored, in any order', async () => {
    const answer = await engineIo('?t=abc123&transport=polling&b=%20x&EIO=4');
    assert.equal(answer.status, 200);
  });

  const refusals = [
    { row: '0 Transport unknown', name: 'no transport', query: '?EIO=4', code: 0 },
    { row: '0 Transport unknown', name: 'transport abc', query: '?EIO=4&transport=abc', code: 0 },
    { row: '0 Transport unknown', name: 'transport constructor', query: '?EIO=4&transport=constructor', code: 0 },
    { row: '0 Transport unknown', name: 'empty transport', query: '?EIO=4&transport=', code: 0 },
    { row: '1 Session ID unknown', name: 'sid never given', query: '?EIO=4&transport=polling&sid=abc', code: 1 },
    { row: '1 Session ID unknown', name: 'sid __proto__', query: '?EIO=4&transport=polling&sid=__proto__', code: 1 },
    { row: '2 Bad handshake method', name: 'POST', query: '?EIO=4&transport=polling', method: 'POST', code: 2 },
    { row: '2 Bad handshake method', name: 'PUT', query: '?EIO=4&transport=polling', method: 'PUT', code: 2 },
    { row: '3 Bad request', name: 'websocket by plain GET', query: '?EIO=4&transport=websocket', code: 3 },
    { row: '3 Bad request', name: 'invalid Origin', query: '?EIO=4&transport=polling', origin: 'http://exämple', code: 3 },
    { row: '5 Unsupported protocol version', name: 'no EIO', query: '?transport=polling', code: 5 },
    { row: '5 Unsupported protocol version', name: 'EIO abc', query: '?EIO=abc&transport=polling', code: 5 },
    { row: '5 Unsupported protocol version', name: 'EIO 3', query: '?EIO=3&transport=polling', code: 5 },
    { row: '5 Unsupported protocol version', name: 'EIO 5', query: '?EIO=5&transport=polling', code: 5 },
  ];
  const messages = {
    0: 'Transport unknown',
    1: 'Session ID unknown',
    2: 'Bad handshake method',
    3: 'Bad request',
    5: 'Unsupported protocol version',
  };

  for (const { row, name, query, method, origin, code } of refusals) {
    test(`error ${row}: ${name}`, async () => {
      const answer = await engineIo(query, { method, headers: origin ? { origin } : {} });
      assert.equal(answer.status, 400);
      assert.match(answer.headers['content-type'], /^application\/json/);
      assert.deepEqual(JSON.parse(answer.text), { code, message: messages[code] });
    });
  }

  test('error 3 Bad request: transport mismatch, and the session lives', async () => {
    const session = await PollingSession.open(server.engineio);
    const answer = await engineIo(`?EIO=4&transport=websocket&sid=${session.sid}`);
    assert.equal(answer.status, 400);
    assert.deepEqual(JSON.parse(answer.text), { code: 3, message: 'Bad request' });
    await session.post('4still here');
    assert.deepEqual(await session.take(1), ['4still here']);
  });

  test('error 3 Bad request: polling on a websocket session, and the session lives', async () => {
    const session = await WebSocketSession.open(server.engineio);
    const answer = await engineIo(`?EIO=4&transport=polling&sid=${session.sid}`);
    assert.equal(answer.status, 400);
    assert.deepEqual(JSON.parse(answer.text), { code: 3, message: 'Bad request' });
    session.send('4still here');
    assert.equal(await session.next(), '4still here');
    session.close();
  });

  // Node's server answers the last two with 101 and closes the WebSocket then; wire.md settles on 400 for each.
  const refusedUpgrades = [
    { name: 'transport unknown', query: '?EIO=4&transport=abc' },
    { name: 'no transport', query: '?EIO=4' },
    { name: 'session ID unknown', query: '?EIO=4&transport=websocket&sid=abc' },
    { name: 'transport mismatch', query: '?EIO=4&transport=polling' },
    { name: 'invalid Origin', query: '?EIO=4&transport=websocket', headers: { origin: 'http://exämple' } },
    { name: 'no EIO', query: '?transport=websocket' },
    { name: 'EIO abc', query: '?EIO=abc&transport=websocket' },
  ];
  /** The status with which an upgrade is refused. */
  function refusal(url, headers) {
    const socket = new WebSocket(url.replace('http', 'ws'), { headers });
    return new Promise((resolve, reject) => {
      socket.on('unexpected-response', (_, response) => {
        resolve(response.statusCode);
        response.destroy();
      });
      socket.on('open', () => reject(new Error('the upgrade was accepted')));
      socket.on('error', reject);
    });
  }
  for (const { name, query, headers } of refusedUpgrades) {
    test(`error on an Upgrade request is a plain 400: ${name}`, async () => {
      assert.equal(await refusal(`${server.engineio}${query}`, headers), 400);
    });
  }

  test('error on an Upgrade request is a plain 400: a session that only waits to tell a last poll of its end', () =>
    withConformanceServer({ options: ['--connect-timeout', '100', '--ping-timeout', '10000'] }, async ({ socketio }) => {
      const session = await PollingSession.open(socketio);
      await sleep(400);
      assert.equal(await refusal(`${socketio}?EIO=4&transport=websocket&sid=${session.sid}`), 400);
      assert.deepEqual(await session.poll(), ['1']);
    }));
});
