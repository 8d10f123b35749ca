import assert from 'node:assert/strict';
import { after, afterEach, before, describe } from 'node:test';
import { Manager } from 'socket.io-client';
import { startConformanceServer } from '../support/conformance-server.js';
import { test } from '../support/timed-test.js';
import { next, until } from '../support/wait.js';

let server;
let managers = [];
const unhurried = ['--ping-interval', '10000', '--ping-timeout', '10000'];
before(async () => void (server = await startConformanceServer({ options: unhurried })));
after(() => server.stop());
afterEach(() => {
  for (const manager of managers.splice(0)) manager._close();
});

async function connect(transports, { namespace = '/', ...options } = {}) {
  const manager = new Manager(server.origin, { transports, autoConnect: false, reconnectionDelay: 20, ...options });
  managers.push(manager);
  const socket = manager.socket(namespace, options);
  const connected = next(socket, 'connect');
  socket.connect();
  await connected;
  return socket;
}

for (const transports of [['polling'], ['websocket']]) {
  describe(`delivery by socket.io-client, transports ${transports}`, () => {
    test('retries: each event is acknowledged, in order, over a lost connection too', async () => {
      const socket = await connect(transports, { retries: 3, ackTimeout: 1000 });
      const acked = [];
      for (let i = 0; i < 10; ++i) {
        socket.emit('message-with-ack', i, (error, answer) => acked.push(error ?? answer));
        if (i === 4) socket.io.engine.close();
      }
      await until('every ack', () => acked.length === 10);
      assert.deepEqual(acked, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });

    test('retries: an event without ack is tried again, then given up', async () => {
      const socket = await connect(transports, { retries: 2, ackTimeout: 50 });
      let echoes = 0;
      socket.on('message-back', () => ++echoes);
      const failed = await new Promise((resolve) => socket.emit('message', 'x', resolve));
      assert.equal(failed.message, 'operation has timed out');
      await until('the echo of each try', () => echoes === 3);
    });

    test('an ack that does not come: the client times out, and goes on', async () => {
      const socket = await connect(transports);
      await assert.rejects(socket.timeout(50).emitWithAck('message', 'x'), /operation has timed out/);
      assert.equal(await socket.timeout(2000).emitWithAck('message-with-ack', 'x'), 'x');
    });

    test('volatile events of the client arrive while it is connected', async () => {
      const socket = await connect(transports);
      await until('the transport to be writable', () => socket.io.engine.transport.writable);
      const back = next(socket, 'message-back');
      socket.volatile.emit('message', 'volatile');
      assert.deepEqual(await back, ['volatile']);
    });

    test('a handler may send more than the outbox limit at once', async () => {
      const socket = await connect(transports, { namespace: '/features' });
      let bytes = 0;
      socket.on('part', (text) => (bytes += text.length));
      for (const [count, size] of [[5, 900_000], [1, 5_000_000], [5, 900_000]]) {
        await socket.timeout(20_000).emitWithAck('burst', count, size);
        assert.equal(bytes, count * size);
        bytes = 0;
      }
    });
  });
}
