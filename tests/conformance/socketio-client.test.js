import assert from 'node:assert/strict';
import { after, afterEach, before, describe } from 'node:test';
import { Manager } from 'socket.io-client';
import { startConformanceServer } from '../support/conformance-server.js';
import { test } from '../support/timed-test.js';
import { next, until } from '../support/wait.js';

const kTransports = [['polling'], ['websocket'], ['polling', 'websocket']];

let server;
let managers = [];
before(async () => void (server = await startConformanceServer()));
after(() => server.stop());
afterEach(() => {
  for (const manager of managers.splice(0)) manager._close();
});

function manage(transports) {
  const manager = new Manager(`http://127.0.0.1:${server.socketioPort}`, {
    transports,
    autoConnect: false,
    reconnectionDelay: 20,
    reconnectionDelayMax: 100,
  });
  managers.push(manager);
  return manager;
}

async function connect(transports, { namespace = '/', auth } = {}) {
  const socket = manage(transports).socket(namespace, { auth });
  const connected = next(socket, 'connect');
  socket.connect();
  await connected;
  if (transports.length > 1 && socket.io.engine.transport.name === 'polling') await next(socket.io.engine, 'upgrade');
  return socket;
}

for (const transports of kTransports) {
  describe(`socket.io-client, transports ${transports}`, () => {
    test('connects, with its auth object', async () => {
      const socket = manage(transports).socket('/', { auth: { token: 'abc', nested: [1, null] } });
      const auth = next(socket, 'auth');
      socket.connect();
      assert.deepEqual((await auth)[0], { token: 'abc', nested: [1, null] });
      assert.match(socket.id, /^[\w-]{20}$/);
      assert.notEqual(socket.id, socket.io.engine.id);
    });

    test('ends on its last transport', async () => {
      const socket = await connect(transports);
      assert.equal(socket.io.engine.transport.name, transports.at(-1));
    });

    test('events, with arguments of every JSON type', async () => {
      const socket = await connect(transports);
      const args = [1, -1.5, 'text', '', null, true, [], {}, { a: [{ b: null }] }, 'zażółć 🦊 \u0000 " \\'];
      const back = next(socket, 'message-back');
      socket.emit('message', ...args);
      assert.deepEqual(await back, args);
    });

    test('a hundred events in order', async () => {
      const socket = await connect(transports);
      const seen = [];
      socket.on('message-back', (i) => seen.push(i));
      const numbers = Array.from({ length: 100 }, (_, i) => i);
      for (const i of numbers) socket.emit('message', i);
      await until('every echo', () => seen.length >= numbers.length);
      assert.deepEqual(seen, numbers);
    });

    test('acks, client to server', async () => {
      const socket = await connect(transports);
      assert.equal(await socket.timeout(2000).emitWithAck('message-with-ack', 'x'), 'x');
      const answers = await Promise.all([1, 2, 3].map((i) => socket.timeout(2000).emitWithAck('message-with-ack', i)));
      assert.deepEqual(answers, [1, 2, 3]);
    });

    test('acks, server to client', async () => {
      const socket = await connect(transports, { namespace: '/features' });
      socket.on('question', (a, b, answer) => answer(b, a));
      const answered = next(socket, 'answered');
      socket.emit('ask', 1, { two: 2 });
      assert.deepEqual(await answered, [{ two: 2 }, 1]);
    });

    test('binary, both ways, nested, and in acks both ways', async () => {
      const socket = await connect(transports);
      const args = ['x', { deep: [Buffer.from([1, 2, 3]), { more: Buffer.alloc(70_000, 7) }] }, Buffer.alloc(0)];
      const back = next(socket, 'message-back');
      socket.emit('message', ...args);
      assert.deepEqual(await back, args);
      assert.deepEqual(await socket.timeout(2000).emitWithAck('message-with-ack', args[1]), args[1]);

      const other = socket.io.socket('/features').connect();
      await next(other, 'connect');
      other.on('question', (data, answer) => answer(data, 'and text'));
      const answered = next(other, 'answered');
      other.emit('ask', Buffer.from([0xff, 0]));
      assert.deepEqual(await answered, [Buffer.from([0xff, 0]), 'and text']);
    });

    test('a large event, both ways', async () => {
      const socket = await connect(transports);
      const text = 'é'.repeat(300_000);
      const back = next(socket, 'message-back');
      socket.emit('message', text);
      assert.equal((await back)[0], text);
    });

    test('namespaces share one connection', async () => {
      const manager = manage(transports);
      const [main, custom] = [manager.socket('/'), manager.socket('/custom', { auth: { a: 1 } })];
      const both = Promise.all([next(main, 'connect'), next(custom, 'auth')]);
      main.connect();
      custom.connect();
      assert.deepEqual((await both)[1], [{ a: 1 }]);
      assert.notEqual(main.id, custom.id);
      assert.equal(main.io, custom.io);

      custom.disconnect();
      const back = next(main, 'message-back');
      main.emit('message', 'still here');
      assert.deepEqual(await back, ['still here']);
    });

    test('connect_error: Invalid namespace', async () => {
      const socket = manage(transports).socket('/nowhere');
      const refused = next(socket, 'connect_error');
      socket.connect();
      const [error] = await refused;
      assert.equal(error.message, 'Invalid namespace');
      assert.equal(error.data, undefined);
      assert.equal(socket.active, false);
    });

    test('connect_error with data, then accepted on another try', async () => {
      const socket = manage(transports).socket('/features', { auth: { refuse: { code: 7 } } });
      const refused = next(socket, 'connect_error');
      socket.connect();
      const [error] = await refused;
      assert.equal(error.message, 'refused');
      assert.deepEqual(error.data, { code: 7 });

      socket.auth = {};
      const connected = next(socket, 'connect');
      socket.connect();
      await connected;
    });

    test('rooms: to one, not to the sender, not after leaving', async () => {
      const [a, b, c] = await Promise.all([1, 2, 3].map(() => connect(transports, { namespace: '/features' })));
      const seen = { a: [], b: [], c: [] };
      for (const [name, socket] of Object.entries({ a, b, c })) socket.on('from-room', (x) => seen[name].push(x));
      await a.timeout(2000).emitWithAck('join', 'r');
      await b.timeout(2000).emitWithAck('join', 'r');
      a.emit('to-room', 'r', 1);
      a.emit('to-room', 'elsewhere', 2);
      await until('the first to arrive', () => seen.b.length === 1);
      await b.timeout(2000).emitWithAck('leave', 'r');
      a.emit('to-room', 'r', 3);
      const flushed = Promise.all([a, b, c].map((s) => next(s, 'from-all', { matches: (x) => x === 'end of rooms' })));
      a.emit('to-all', 'end of rooms');
      await flushed;
      assert.deepEqual(seen, { a: [], b: [1], c: [] });
    });

    test('a broadcast with binary reaches all, the sender too', async () => {
      const sockets = await Promise.all([1, 2, 3].map(() => connect(transports, { namespace: '/features' })));
      const tag = `binary ${transports}`;
      const all = Promise.all(sockets.map((s) => next(s, 'from-all', { matches: (x) => x === tag })));
      sockets[0].emit('to-all', tag, Buffer.from([1, 2]), { n: 1 });
      for (const args of await all) assert.deepEqual(args, [tag, Buffer.from([1, 2]), { n: 1 }]);
    });

    const reasons = [
      { name: 'by the client', end: (s) => s.disconnect(), client: 'io client disconnect', server: 'client namespace disconnect' },
      { name: 'by the server', end: (s) => s.emit('disconnect-me', false), client: 'io server disconnect', server: 'server namespace disconnect' },
      { name: 'by the server, connection and all', end: (s) => s.emit('disconnect-me', true), client: 'io server disconnect', server: 'server namespace disconnect' },
      { name: 'engine closed by the client', end: (s) => s.io.engine.close(), client: 'forced close', server: 'transport close' },
    ];
    for (const { name, end, client, server: serverReason } of reasons) {
      test(`disconnect reasons: ${name}`, async () => {
        const witness = await connect(transports, { namespace: '/features' });
        const socket = await connect(transports, { namespace: '/features' });
        socket.io.reconnection(false);
        const { id } = socket;
        const left = next(witness, 'left', { matches: (who) => who === id });
        const disconnected = next(socket, 'disconnect');
        end(socket);
        assert.equal((await disconnected)[0], client);
        assert.deepEqual(await left, [id, serverReason]);
      });
    }

    test('closed by the server, connection and all: every namespace hears it, and none comes back', async () => {
      const kicked = await connect(transports, { namespace: '/features' });
      const others = ['/', '/custom'].map((name) => kicked.io.socket(name).connect());
      await Promise.all(others.map((socket) => next(socket, 'connect')));
      const heard = Promise.all([kicked, ...others].map((socket) => next(socket, 'disconnect')));
      kicked.emit('disconnect-me', true);
      assert.deepEqual((await heard).map(([reason]) => reason), Array(3).fill('io server disconnect'));
      for (const socket of [kicked, ...others]) assert.equal(socket.active, false);
    });

    test('half of a surrogate pair is U+FFFD, as an argument and in an ack', async () => {
      const socket = await connect(transports);
      const back = next(socket, 'message-back');
      socket.emit('message', 'a😀'.slice(0, 2), { '\udc00': '😀\ud83d' });
      assert.deepEqual(await back, ['a\ufffd', { '\ufffd': '😀\ufffd' }]);
      assert.equal(await socket.timeout(2000).emitWithAck('message-with-ack', '\ud800'), '\ufffd');
    });

    test('a name that is a number', async () => {
      const socket = await connect(transports, { namespace: '/features' });
      for (const name of [1, 1.5, -7]) assert.equal(await socket.timeout(2000).emitWithAck(name), String(name));
    });

    test('stays connected over several heartbeats', async () => {
      const socket = await connect(transports);
      let pings = 0;
      socket.io.on('ping', () => ++pings);
      const lost = next(socket, 'disconnect', { timeoutMs: 60_000 }).catch(() => {});
      await until('four pings', () => pings >= 4);
      assert.equal(socket.connected, true);
      socket.disconnect();
      assert.equal((await lost)[0], 'io client disconnect');
    });
  });
}

test('nothing is lost, doubled or moved while upgrading', async () => {
  for (let round = 0; round < 10; ++round) {
    const socket = manage(['polling', 'websocket']).socket('/').connect();
    const seen = [];
    socket.on('message-back', (i) => seen.push(i));
    let sent = 0;
    let afterUpgrade = 20;
    const overTheUpgrade = () => {
      socket.emit('message', sent++);
      return socket.connected && socket.io.engine.transport.name === 'websocket' && afterUpgrade-- === 0;
    };
    await until('the upgrade', overTheUpgrade, { everyMs: 1 });
    await until('every echo', () => seen.length >= sent);
    assert.deepEqual(seen, Array.from({ length: sent }, (_, i) => i));
    socket.disconnect();
  }
});
