import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { withConformanceServer } from '../support/conformance-server.js';
import { PollingSession } from '../support/engineio.js';
import { request } from '../support/http.js';
import { test } from '../support/timed-test.js';

describe('Engine.IO gzip on poll answers', () => {
  /** The answer to a poll that takes `encodings`, when `packet` waits. */
  async function pollFor(server, packet, encodings) {
    const session = await PollingSession.open(server.engineio);
    await session.post(packet);
    const answer = await session.get({ headers: encodings === undefined ? {} : { 'accept-encoding': encodings } });
    const packed = answer.headers['content-encoding'] === 'gzip';
    assert.equal(packed ? gunzipSync(answer.bytes).toString() : answer.text, packet);
    assert.equal(answer.headers['content-type'], 'text/plain; charset=UTF-8');
    return { packed, size: answer.bytes.length };
  }

  test('from 1024 bytes on, for a client that takes it', () =>
    withConformanceServer({}, async (server) => {
      const packet = '4'.padEnd(1024, 'abc ');
      const { packed, size } = await pollFor(server, packet, 'gzip, deflate, br');
      assert.ok(packed);
      assert.ok(size < 200, `${size} bytes`);
      assert.equal((await pollFor(server, packet.slice(0, -1), 'gzip')).packed, false, '1023 bytes are too short');
      for (const encodings of [undefined, 'br', 'gzip;q=0', 'gzip; q=0.000', 'identity'])
        assert.equal((await pollFor(server, packet, encodings)).packed, false, `Accept-Encoding: ${encodings}`);
      for (const encodings of ['GZIP', 'br, gzip;q=0.5', 'deflate;q=1.0,gzip'])
        assert.equal((await pollFor(server, packet, encodings)).packed, true, `Accept-Encoding: ${encodings}`);
      assert.equal((await pollFor(server, `4${'日本語 🦊'.repeat(50_000)}`, 'gzip')).packed, true);
    }));

  test('is counted', () =>
    withConformanceServer({ threads: 1 }, async (server) => {
      const session = await PollingSession.open(server.socketio);
      await session.post('40');
      await session.take(1);
      await session.post(`42["message","${'x'.repeat(2000)}"]`);
      let packed = false;
      while (!packed) {
        const { headers } = await session.get({ headers: { 'accept-encoding': 'gzip' } });
        packed = headers['content-encoding'] === 'gzip';
      }
      const { text } = await request(`${server.origin}/counters`);
      assert.equal(JSON.parse(text).compressedPolls, 1);
    }));

  test('off when asked', () =>
    withConformanceServer({ options: ['--no-http-compression'] }, async (server) => {
      assert.equal((await pollFor(server, '4'.padEnd(5000, 'x'), 'gzip')).packed, false);
    }));
});
