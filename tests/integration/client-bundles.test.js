import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { clientDirectory } from '../support/conformance-server.js';
import { request } from '../support/http.js';
import { Hubbub } from '../support/hubbub.js';
import { binary } from '../support/processes.js';

test('hubbub serves the bundles of socket.io-client beside the chat', async () => {
  const hubbub = await Hubbub.start({ env: { HUBBUB_CLIENT_DIR: clientDirectory } });
  const { status, bytes } = await request(`${hubbub.url}/socket.io/socket.io.min.js`);
  assert.equal(status, 200);
  assert.ok(bytes.equals(readFileSync(path.join(clientDirectory, 'socket.io.min.js'))));
  await hubbub.stop();
});

test('a directory without bundles is refused at the start', () => {
  const empty = mkdtempSync(path.join(tmpdir(), 'hubbub-no-client-'));
  const env = { PATH: process.env.PATH, HUBBUB_CLIENT_DIR: empty, HUBBUB_DATA_DIR: empty, HUBBUB_PORT: '0' };
  const { status, stderr } = spawnSync(binary('hubbub'), ['serve'], { env, timeout: 30_000, encoding: 'utf8' });
  rmSync(empty, { recursive: true });
  assert.notEqual(status, 0);
  assert.match(stderr, /client_dir: no socket\.io\.js in /);
});
