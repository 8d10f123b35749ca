import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { WebSocket } from 'ws';
import { startConformanceServer, withConformanceServer } from '../support/conformance-server.js';
import { PollingSession, WebSocketSession } from '../support/engineio.js';
import { request } from '../support/http.js';
import { test } from '../support/timed-test.js';
import { next } from '../support/wait.js';

/** The status and body that a refused WebSocket handshake gets. */
async function refusedUpgrade(url) {
  const socket = new WebSocket(url.replace('http', 'ws'));
  socket.on('error', () => {});
  const [, response] = await next(socket, 'unexpected-response');
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, text: Buffer.concat(chunks).toString() };
}

describe('Engine.IO allow_request', () => {
  let server;
  before(async () => void (server = await startConformanceServer({ options: ['--hooks'] })));
  after(() => server.stop());

  const handshake = (admit) => request(`${server.engineio}?EIO=4&transport=polling&admit=${admit}`);

  for (const [name, admit, message] of [
    ['at once', 'no', 'refused at once'],
    ['later, from another thread', 'later-no', 'refused later'],
    ['without an answer', 'dropped', 'Forbidden'],
  ]) {
    test(`error 4 Forbidden has status 403: refused ${name}`, async () => {
      const answer = await handshake(admit);
      assert.equal(answer.status, 403);
      assert.match(answer.headers['content-type'], /^application\/json/);
      assert.deepEqual(JSON.parse(answer.text), { code: 4, message });
      assert.equal(answer.headers['access-control-allow-origin'], '*');
    });

    test(`error 4 on an Upgrade request is a plain 400: refused ${name}`, async () => {
      const answer = await refusedUpgrade(`${server.engineio}?EIO=4&transport=websocket&admit=${admit}`);
      assert.deepEqual(answer, { status: 400, text: message });
    });
  }

  for (const admit of ['yes', 'later']) {
    test(`allowed: ${admit}`, async () => {
      const polling = await PollingSession.open(server.engineio, { query: `&admit=${admit}` });
      await polling.post('4hello');
      assert.deepEqual(await polling.take(1), ['4hello']);
      const websocket = await WebSocketSession.open(server.engineio, { query: `&admit=${admit}` });
      websocket.send('4hello');
      assert.equal(await websocket.next(), '4hello');
      websocket.close();
    });
  }

  test('is asked about handshakes only', async () => {
    const session = await PollingSession.open(server.engineio);
    const url = `${session.url}&admit=no`;
    assert.equal((await request(url, { method: 'POST', body: '4hello' })).status, 200);
    assert.equal((await request(url)).text, '4hello');
  });

  test('a client that leaves while it is asked about harms nobody', async () => {
    for (const transport of ['polling', 'websocket']) {
      const signal = AbortSignal.timeout(10);
      const url = `${server.engineio}?EIO=4&transport=${transport}&admit=later`;
      const headers = transport === 'polling' ? {} : { connection: 'upgrade', upgrade: 'websocket' };
      await assert.rejects(request(url, { signal, headers }));
    }
    assert.equal((await handshake('later')).status, 200);
  });
});

describe('Engine.IO events headers, initial_headers, connection_error', () => {
  let server;
  before(async () => void (server = await startConformanceServer({ options: ['--hooks'] })));
  after(() => server.stop());

  test('initial_headers: on the handshake only; headers: on every answer', async () => {
    const opened = await request(`${server.engineio}?EIO=4&transport=polling`);
    assert.equal(opened.headers['x-initial'], 'polling');
    assert.equal(opened.headers['x-each'], 'GET');
    const session = new PollingSession(server.engineio, JSON.parse(opened.text.slice(1)), true);
    const posted = await session.post('4hello');
    const polled = await session.get();
    assert.deepEqual([posted.headers['x-each'], polled.headers['x-each']], ['POST', 'GET']);
    assert.deepEqual([posted.headers['x-initial'], polled.headers['x-initial']], [undefined, undefined]);

    const probe = new WebSocketSession(server.engineio, { query: `&sid=${session.sid}` });
    const [upgraded] = await next(probe.socket, 'upgrade');
    assert.deepEqual([upgraded.headers['x-each'], upgraded.headers['x-initial']], ['GET', undefined]);
    probe.close();
  });

  test('initial_headers and headers: on the 101', async () => {
    const session = new WebSocketSession(server.engineio);
    const [{ headers }] = await next(session.socket, 'upgrade');
    assert.deepEqual([headers['x-initial'], headers['x-each']], ['websocket', 'GET']);
    session.close();
  });

  test('connection_error: code, message and request of each error', async () => {
    const query = 'EIO=4&transport=polling';
    const upgrade = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '12' };
    const cases = [
      [0, 'Transport unknown', 'EIO=4&transport=abc', {}],
      [1, 'Session ID unknown', `${query}&sid=abc`, {}],
      [2, 'Bad handshake method', query, { method: 'POST' }],
      [3, 'Bad request', 'EIO=4&transport=websocket', {}],
      [3, 'Bad request', 'EIO=4&transport=websocket&not=13', { headers: upgrade }],
      [3, 'Bad request', `${query}&from=far`, { headers: { origin: 'http://exämple' } }],
      [4, 'refused at once', `${query}&admit=no`, {}],
      [5, 'Unsupported protocol version', 'EIO=3&transport=polling', {}],
    ];
    await request(`${server.origin}/connection-errors`);
    for (const [, , each, options] of cases) await request(`${server.socketio}?${each}`, options);
    const { text } = await request(`${server.origin}/connection-errors`);
    assert.deepEqual(
      JSON.parse(text),
      cases.map(([code, message, each]) => ({ code, message, query: each })),
    );
  });
});

describe('Engine.IO options', () => {
  const testWith = (options, name, body) => test(name, () => withConformanceServer({ options }, body));

  testWith(['--cookie'], 'cookie: on the handshake, with its attributes, and only there', async (server) => {
    const opened = await request(`${server.engineio}?EIO=4&transport=polling`);
    const { sid, ...handshake } = JSON.parse(opened.text.slice(1));
    assert.deepEqual(opened.headers['set-cookie'], [`io=${sid}; Path=/; HttpOnly; SameSite=Lax`]);
    const session = new PollingSession(server.engineio, { sid, ...handshake }, true);
    assert.equal((await session.post('4hello')).headers['set-cookie'], undefined);
    assert.equal((await session.get()).headers['set-cookie'], undefined);
  });

  testWith(['--no-websocket'], 'transports: polling alone is open to no websocket and offers none', async (server) => {
    const session = await PollingSession.open(server.engineio);
    assert.deepEqual(session.handshake.upgrades, []);
    assert.equal((await refusedUpgrade(`${server.engineio}?EIO=4&transport=websocket&sid=${session.sid}`)).status, 400);
    assert.equal((await refusedUpgrade(`${server.engineio}?EIO=4&transport=websocket`)).status, 400);
    await session.post('4hello');
    assert.deepEqual(await session.take(1), ['4hello']);
  });

  testWith(['--no-polling'], 'transports: websocket alone has error 0 Transport unknown for polling', async (server) => {
    const answer = await request(`${server.engineio}?EIO=4&transport=polling`);
    assert.equal(answer.status, 400);
    assert.deepEqual(JSON.parse(answer.text), { code: 0, message: 'Transport unknown' });
    const session = await WebSocketSession.open(server.engineio);
    session.send('4hello');
    assert.equal(await session.next(), '4hello');
    session.close();
  });

  testWith(['--no-upgrades'], 'allow_upgrades off: upgrades [], an upgrade is refused, the session lives', async (server) => {
    const session = await PollingSession.open(server.engineio);
    assert.deepEqual(session.handshake.upgrades, []);
    assert.equal((await refusedUpgrade(`${server.engineio}?EIO=4&transport=websocket&sid=${session.sid}`)).status, 400);
    await session.post('4hello');
    assert.deepEqual(await session.take(1), ['4hello']);
    const websocket = await WebSocketSession.open(server.engineio);
    websocket.close();
  });

  const size = 3_000_000;
  testWith(['--max-payload', String(size)], 'maxHttpBufferSize over the standard: maxPayload says it, and a POST and a message of that size are taken', async (server) => {
    const polling = await PollingSession.open(server.engineio);
    assert.equal(polling.handshake.maxPayload, size);
    const packet = '4'.padEnd(size, 'x');
    assert.equal((await polling.post(packet)).status, 200);
    assert.equal((await polling.take(1))[0].length, size);
    assert.equal((await polling.post(`${packet}x`).catch(() => ({ status: 413 }))).status, 413);
    const websocket = await WebSocketSession.open(server.engineio);
    websocket.send(packet);
    assert.equal((await websocket.next()).length, size);
    websocket.close();
  });
});
