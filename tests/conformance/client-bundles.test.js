import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { clientDirectory, startConformanceServer } from '../support/conformance-server.js';
import { request } from '../support/http.js';

const kBundles = ['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js', 'socket.io.msgpack.min.js'];

describe('the client bundles under /socket.io/', () => {
  let server;
  before(async () => void (server = await startConformanceServer()));
  after(() => server.stop());

  const get = (name, headers = {}, method = 'GET') => request(`${server.socketio}${name}`, { method, headers });

  for (const [name, type] of kBundles.flatMap((bundle) => [
    [bundle, 'application/javascript; charset=utf-8'],
    [`${bundle}.map`, 'application/json; charset=utf-8'],
  ])) {
    test(`${name} is served, from the npm package`, async () => {
      const answer = await get(name);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], type);
      assert.ok(answer.bytes.equals(readFileSync(path.join(clientDirectory, name))));
    });
  }

  test('ETag, 304 and gzip', async () => {
    const { headers, bytes } = await get('socket.io.js');
    assert.match(headers.etag, /^"[\w-]+"$/);
    const again = await get('socket.io.js', { 'if-none-match': headers.etag });
    assert.equal(again.status, 304);
    assert.equal(again.bytes.length, 0);
    assert.equal((await get('socket.io.js', { 'if-none-match': `W/${headers.etag}` })).status, 304);
    assert.equal((await get('socket.io.js', { 'if-none-match': '"other"' })).status, 200);
    const packed = await get('socket.io.js', { 'accept-encoding': 'gzip' });
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.match(packed.headers.vary, /Accept-Encoding/);
    assert.ok(gunzipSync(packed.bytes).equals(bytes));
  });

  test('HEAD, and pages of other origins', async () => {
    const answer = await get('socket.io.min.js', { origin: 'http://app.example' }, 'HEAD');
    assert.equal(answer.status, 200);
    assert.equal(answer.bytes.length, 0);
    assert.equal(answer.headers['access-control-allow-origin'], '*');
  });

  test('no other name is', async () => {
    for (const name of ['socket.io.mjs', 'socket.io.js.txt', 'socket.io.esm.js', 'x/socket.io.js', 'socket.io.'])
      assert.equal((await get(name)).status, 400, name);
    assert.equal((await get('socket.io.js', {}, 'POST')).status, 400);
  });
});
