import assert from 'node:assert/strict';
import { afterEach, describe } from 'node:test';
import { io } from 'socket.io-client';
import { startConformanceServer } from '../support/conformance-server.js';
import { test } from '../support/timed-test.js';
import { next } from '../support/wait.js';

let server;
let sockets = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.disconnect();
  server?.program.signal('SIGCONT');
  await server?.stop();
  server = undefined;
});

async function connect(transports) {
  const socket = io(`http://127.0.0.1:${server.socketioPort}`, {
    transports,
    forceNew: true,
    reconnectionDelay: 20,
    reconnectionDelayMax: 100,
  });
  sockets.push(socket);
  await next(socket, 'connect');
  if (transports.length > 1 && socket.io.engine.transport.name === 'polling') await next(socket.io.engine, 'upgrade');
  return socket;
}

async function restart() {
  const { engineioPort, socketioPort } = server;
  server = await startConformanceServer({ engineioPort, socketioPort });
}

for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
  describe(`reconnection, transports ${transports}`, () => {
    test('a killed server: a transport reason, then a new id and what was buffered', async () => {
      server = await startConformanceServer();
      const socket = await connect(transports);
      const first = socket.id;
      const disconnected = next(socket, 'disconnect');
      await server.program.kill();
      assert.match((await disconnected)[0], /^transport (close|error)$/);

      const back = next(socket, 'message-back');
      socket.emit('message', 'buffered');
      const connected = next(socket, 'connect');
      await restart();
      await connected;
      assert.notEqual(socket.id, first);
      assert.deepEqual(await back, ['buffered']);
    });

    test('a server that stops answering: ping timeout, then back', async () => {
      server = await startConformanceServer();
      const socket = await connect(transports);
      const disconnected = next(socket, 'disconnect');
      server.program.signal('SIGSTOP');
      assert.equal((await disconnected)[0], 'ping timeout');
      const connected = next(socket, 'connect');
      server.program.signal('SIGCONT');
      await connected;
      assert.equal(await socket.timeout(2000).emitWithAck('message-with-ack', 'x'), 'x');
    });

    test('a server that ends in good order: the client sees it at once', async () => {
      server = await startConformanceServer();
      const socket = await connect(transports);
      const disconnected = next(socket, 'disconnect');
      await server.stop();
      assert.match((await disconnected)[0], /^(transport (close|error)|io server disconnect)$/);
      server = undefined;
    });
  });
}
