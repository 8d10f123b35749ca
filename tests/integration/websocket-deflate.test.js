// permessage-deflate with real clients: what is agreed on, and that everything still arrives as it was sent.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { io } from 'socket.io-client';
import { withConformanceServer } from '../support/conformance-server.js';
import { next } from '../support/wait.js';

const kThreshold = 1024;

/** A connected socket.io-client over a WebSocket that offers compression, and the bytes it has got. */
async function connect(server, options = {}) {
  const socket = io(server.origin, { transports: ['websocket'], forceNew: true, perMessageDeflate: { threshold: kThreshold }, ...options });
  await next(socket, 'connect');
  const { ws } = socket.io.engine.transport;
  return { socket, ws, agreed: ws.extensions, received: () => ws._socket.bytesRead };
}

/** Sends it as an echo, and resolves with what came back and how many bytes that took. */
async function echo(client, ...args) {
  const before = client.received();
  const answer = next(client.socket, 'message-back');
  client.socket.emit('message', ...args);
  return { answer: await answer, bytes: client.received() - before };
}

describe('permessage-deflate', () => {
  test('is not agreed to unless it is switched on', () =>
    withConformanceServer({}, async (server) => {
      const client = await connect(server);
      assert.equal(client.agreed, '');
      const { bytes } = await echo(client, 'x'.repeat(5_000));
      assert.ok(bytes > 5_000, `${bytes} bytes`);
      client.socket.close();
    }));

  test('text and binary from 1024 bytes on are compressed, both ways', () =>
    withConformanceServer({ options: ['--per-message-deflate'] }, async (server) => {
      const client = await connect(server);
      assert.equal(client.agreed, 'permessage-deflate');
      for (const payload of ['short', 'wörld 🦊 '.repeat(10_000), Buffer.alloc(50_000, 'abc'), { deep: [1, 'two', null] }]) {
        const { answer } = await echo(client, payload);
        assert.deepEqual(answer, [payload]);
      }
      const long = await echo(client, 'x'.repeat(50_000));
      assert.ok(long.bytes < 1_000, `${long.bytes} bytes`);
      const binary = await echo(client, Buffer.alloc(50_000, 'abc'));
      assert.ok(binary.bytes < 1_000, `${binary.bytes} bytes`);
      const short = 'x'.repeat(kThreshold - 100);
      assert.ok((await echo(client, short)).bytes > short.length);
      client.socket.close();
    }));

  test('a client that does not offer it, and one that comes by an upgrade', () =>
    withConformanceServer({ options: ['--per-message-deflate'] }, async (server) => {
      const without = await connect(server, { perMessageDeflate: false });
      assert.equal(without.agreed, '');
      assert.deepEqual((await echo(without, 'y'.repeat(5_000))).answer, ['y'.repeat(5_000)]);
      without.socket.close();

      const socket = io(server.origin, { forceNew: true, perMessageDeflate: { threshold: kThreshold } });
      await next(socket.io.engine ?? socket, socket.io.engine ? 'upgrade' : 'connect');
      if (socket.io.engine.transport.name !== 'websocket') await next(socket.io.engine, 'upgrade');
      const upgraded = { socket, received: () => socket.io.engine.transport.ws._socket.bytesRead };
      const { answer, bytes } = await echo(upgraded, 'z'.repeat(50_000));
      assert.deepEqual(answer, ['z'.repeat(50_000)]);
      assert.ok(bytes < 1_000, `${bytes} bytes`);
      socket.close();
    }));
});
