import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { io } from 'socket.io-client';
import { makeCertificate } from '../support/certificate.js';
import { request } from '../support/http.js';
import { binary, Program } from '../support/processes.js';
import { next, until } from '../support/wait.js';

/** What the program has logged as `event`. */
const logged = (program, event) => program.log.split('\n').find((line) => line.includes(`"event":"${event}"`));

/** Runs `body(url, program)` with an app_server of its own, on a port that the system chose. */
async function withApp(args, body, scheme = 'http') {
  const isReady = (app) => logged(app, 'listening');
  const program = await Program.start(binary('app_server'), ['--port', '0', ...args], { isReady });
  try {
    await body(`${scheme}://127.0.0.1:${JSON.parse(logged(program, 'listening')).port}`, program);
  } finally {
    await program.stop();
  }
  assert.match(program.log, /^ended$/m, 'run returned');
}

describe('socketio::App beside other HTTP routes', () => {
  for (const threads of ['1', '2']) {
    test(`Socket.IO and a route on one port, ${threads} thread(s)`, () =>
      withApp(['--threads', threads], async (url) => {
        const socket = io(url, { forceNew: true });
        try {
          await next(socket, 'connect');
          assert.equal(await socket.timeout(5000).emitWithAck('echo', 7), 7);
          const answer = await request(`${url}/healthz?x=1`);
          assert.deepEqual([answer.status, answer.headers['content-type'], answer.text], [200, 'application/json', '{"ok":true}']);
        } finally {
          socket.disconnect();
        }
      }));
  }

  test('open packet: defaults 25000, 20000, 1000000; no bundle without a directory', () =>
    withApp([], async (url) => {
      const { text } = await request(`${url}/socket.io/?EIO=4&transport=polling`);
      const { pingInterval, pingTimeout, maxPayload } = JSON.parse(text.slice(1));
      assert.deepEqual([pingInterval, pingTimeout, maxPayload], [25_000, 20_000, 1_000_000]);
      assert.equal((await request(`${url}/socket.io/socket.io.js`)).status, 400);
    }));

  test('HEAD; other methods 405, other paths 404, an exception 500, and on it goes', () =>
    withApp([], async (url) => {
      const head = await request(`${url}/healthz`, { method: 'HEAD' });
      assert.deepEqual([head.status, head.headers['content-length'], head.text], [200, '11', '']);
      const post = await request(`${url}/healthz`, { method: 'POST', body: 'x' });
      assert.deepEqual([post.status, post.headers.allow], [405, 'GET, HEAD']);
      assert.equal((await request(`${url}/healthz/`)).status, 404);
      assert.equal((await request(`${url}/broken`)).status, 500);
      assert.equal((await request(`${url}/healthz`)).status, 200);
    }));

  test('a fallback gets what no route takes, and may answer later', () =>
    withApp(['--fallback'], async (url) => {
      const echoed = await request(`${url}/echo`, { method: 'POST', body: ' hello' });
      assert.deepEqual([echoed.status, echoed.text], [201, 'POST hello']);
      assert.equal((await request(`${url}/elsewhere`)).text, 'Nothing here');
      assert.equal((await request(`${url}/healthz`)).status, 200);
      assert.equal((await request(`${url}/socket.io/?EIO=4&transport=polling`)).status, 200);
    }));

  test('SIGTERM: clients see the connection closed in good order, and run returns', async () => {
    for (const transport of ['websocket', 'polling']) {
      await withApp(['--threads', '2'], async (url, program) => {
        const socket = io(url, { forceNew: true, transports: [transport], reconnection: false });
        await next(socket, 'connect');
        const lost = next(socket, 'disconnect');
        await program.stop();
        assert.equal((await lost)[0], 'transport close');
      });
    }
  });

  test('a port that another program listens on is an error, also one of the same user', () =>
    withApp([], (url) => {
      const second = spawnSync(binary('app_server'), ['--port', new URL(url).port], { encoding: 'utf8', timeout: 20_000 });
      assert.notEqual(second.status, 0);
      assert.match(second.stderr, /Address already in use/);
    }));

  test('HTTPS and WSS with a certificate, which SIGHUP reads again', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'hubbub-app-'));
    const [certificate, key] = [path.join(folder, 'certificate.pem'), path.join(folder, 'key.pem')];
    const ca = makeCertificate({ name: 'app', certificate, key });
    try {
      const args = ['--certificate', certificate, '--key', key, '--threads', '2'];
      await withApp(args, async (url, program) => {
        const socket = io(url, { forceNew: true, ca });
        try {
          await next(socket, 'connect');
          assert.equal(await socket.timeout(5000).emitWithAck('echo', 7), 7);
          process.kill(program.pid, 'SIGHUP');
          await until('the renewal', () => logged(program, 'certificate_renewed'));
          writeFileSync(certificate, 'garbage');
          process.kill(program.pid, 'SIGHUP');
          await until('the complaint', () => logged(program, 'certificate_not_renewed'));
          assert.equal(await socket.timeout(5000).emitWithAck('echo', 8), 8);
        } finally {
          socket.disconnect();
        }
      }, 'https');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
