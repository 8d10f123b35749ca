// HTTPS and WSS by Hubbub itself: real clients, other clients, and a certificate that is renewed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { createChannel, signUp } from '../support/api.js';
import { makeCertificate } from '../support/certificate.js';
import { ChatClient } from '../support/chat-client.js';
import { request } from '../support/http.js';
import { Hubbub } from '../support/hubbub.js';
import { binary } from '../support/processes.js';
import { until } from '../support/wait.js';

const kHandshakeTimeoutMs = 10_000;

const folder = mkdtempSync(path.join(tmpdir(), 'hubbub-tls-'));
const file = (name) => path.join(folder, name);

const make = (name) => makeCertificate({ name, certificate: file(`${name}.pem`), key: file(`${name}.key`) });

function install(name) {
  copyFileSync(file(`${name}.pem`), file('certificate.pem'));
  copyFileSync(file(`${name}.key`), file('key.pem'));
}

const ca = [make('first'), make('second')];
https.globalAgent.options.ca = ca;
install('first');

mkdirSync(file('web'));
writeFileSync(file('web/index.html'), 'the web client');

const environment = {
  HUBBUB_TLS_CERTIFICATE_FILE: file('certificate.pem'),
  HUBBUB_TLS_KEY_FILE: file('key.pem'),
  HUBBUB_WEB_DIR: file('web'),
};

describe('TLS', () => {
  let hubbub;
  let alice;

  before(async () => {
    hubbub = await Hubbub.start({ env: environment });
    alice = await signUp(hubbub.url);
  });
  after(async () => {
    await hubbub.stop();
    rmSync(folder, { recursive: true });
  });

  /** Resolves with the TLS socket after its handshake. */
  function connect(options = {}) {
    return new Promise((resolve, reject) => {
      const socket = tls.connect({ host: '127.0.0.1', port: hubbub.port, ca, ...options }, () => resolve(socket));
      socket.on('error', reject);
    });
  }

  /** Resolves with everything that a plain connection gets until its end. */
  function plain(bytes) {
    return new Promise((resolve, reject) => {
      const chunks = [];
      const socket = net.connect(hubbub.port, '127.0.0.1', () => socket.write(bytes));
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('close', () => resolve(Buffer.concat(chunks)));
      socket.on('error', (error) => (error.code === 'ECONNRESET' ? resolve(Buffer.concat(chunks)) : reject(error)));
    });
  }

  for (const [name, transports] of [
    ['a websocket', ['websocket']],
    ['polling', ['polling']],
    ['polling, then an upgrade', ['polling', 'websocket']],
  ]) {
    test(`socket.io-client over ${name}: a message there and back`, async () => {
      const client = await ChatClient.connect(hubbub.url, alice.session.accessToken, { transports, ca });
      try {
        if (transports.length === 2)
          await until('the upgrade', () => client.socket.io.engine.transport.name === 'websocket');
        const channel = await createChannel(alice);
        const long = 'a long message '.repeat(1_000);
        for (const content of ['hello', long]) {
          const answer = await client.send(channel, content);
          assert.equal(answer.ok, true, JSON.stringify(answer));
        }
        await until('both', () => client.events.filter(({ name }) => name === 'new_message').length === 2);
        assert.equal(client.events.filter(({ name }) => name === 'new_message')[1].data.message.content, long);
      } finally {
        client.close();
      }
    });
  }

  test('TLS 1.2 and 1.3 with forward secrecy, HTTP/1.1 by ALPN', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3']) {
      const socket = await connect({ minVersion: version, maxVersion: version, ALPNProtocols: ['h2', 'http/1.1'] });
      assert.equal(socket.getProtocol(), version);
      assert.equal(socket.alpnProtocol, 'http/1.1');
      assert.equal(socket.getEphemeralKeyInfo().type, 'ECDH');
      socket.destroy();
    }
  });

  test('TLS 1.1 and ciphers without forward secrecy are refused', async () => {
    await assert.rejects(connect({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }), /alert|version/i);
    await assert.rejects(connect({ maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA@SECLEVEL=0' }), /alert|cipher/i);
    await assert.rejects(connect({ ALPNProtocols: ['h2'] }), /alert|protocol/i);
  });

  test('a session is resumed by its ticket', async () => {
    const first = await connect();
    const [session] = await new Promise((resolve) => {
      first.once('session', (...args) => resolve(args));
      first.write('GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n');
    });
    first.destroy();
    const second = await connect({ session });
    assert.ok(second.isSessionReused());
    second.destroy();
  });

  test('plain HTTP gets no answer of HTTP', async () => {
    const answer = await plain('GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n');
    assert.ok(!answer.toString('latin1').includes('HTTP/'), answer.toString('latin1'));
    assert.equal((await request(`${hubbub.url}/healthz`)).status, 200);
  });

  test('browsers are told to keep to HTTPS, and the session\'s cookie to go over nothing else', async () => {
    const page = await request(`${hubbub.url}/`);
    assert.equal(page.status, 200);
    assert.equal(page.headers['strict-transport-security'], 'max-age=31536000');
    const { status, headers } = await request(`${hubbub.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: hubbub.url, 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify({ username: alice.username, password: alice.password, cookie: true }),
    });
    assert.equal(status, 200);
    assert.match(headers['set-cookie'][0], /^__Host-hubbub-refresh-\d+=[\w-]{43}; Path=\/; .*; Secure$/);
  });

  test('a handshake that drips is cut off, others go on meanwhile', async () => {
    const began = performance.now();
    let ended = 0;
    const socket = net.connect(hubbub.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.on('close', () => (ended = performance.now()));
    socket.resume();
    // The beginning of a ClientHello that would go on for 16 KB.
    const hello = Buffer.from([0x16, 3, 1, 0x3f, 0xff, 1, 0, 0x3f, 0xfb, 3, 3, ...Array(1_000).fill(7)]);
    for (let i = 0; i < hello.length && !ended; ++i) {
      socket.write(hello.subarray(i, i + 1));
      await sleep(200);
      if (i % 10 === 0) assert.equal((await request(`${hubbub.url}/healthz`)).status, 200);
      assert.ok(performance.now() - began < 4 * kHandshakeTimeoutMs, 'it is still open');
    }
    assert.ok(ended - began >= kHandshakeTimeoutMs - 100, `after ${ended - began} ms`);
  });

  test('records of one byte are a request like any other', async () => {
    const socket = await connect();
    socket.setNoDelay();
    for (const byte of 'GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n') {
      socket.write(byte);
      await new Promise(setImmediate);
    }
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    assert.match(answer, /^HTTP\/1\.1 200 /);
  });

  test('SIGHUP: new connections get the renewed certificate, old ones go on; a bad one changes nothing', async () => {
    const client = await ChatClient.connect(hubbub.url, alice.session.accessToken, { ca });
    const subject = async () => {
      const socket = await connect();
      const { CN } = socket.getPeerCertificate().subject;
      socket.destroy();
      return CN;
    };
    try {
      assert.equal(await subject(), 'first');
      install('second');
      process.kill(hubbub.program.pid, 'SIGHUP');
      await until('the second certificate', async () => (await subject()) === 'second');

      writeFileSync(file('certificate.pem'), 'garbage');
      process.kill(hubbub.program.pid, 'SIGHUP');
      await until('the complaint', () => hubbub.program.log.includes('certificate_not_renewed'));
      assert.equal(await subject(), 'second');

      const channel = await createChannel(alice);
      assert.equal((await client.send(channel, 'still here')).ok, true);
    } finally {
      install('second');
      client.close();
    }
  });
});

test('TLS: at the start it says which file is wrong', () => {
  const other = mkdtempSync(path.join(tmpdir(), 'hubbub-tls-'));
  const [certificate, key] = [path.join(other, 'c.pem'), path.join(other, 'k.pem')];
  makeCertificate({ name: 'x', certificate, key });
  writeFileSync(path.join(other, 'garbage.pem'), 'garbage');
  const start = (...flags) => {
    const serve = spawnSync(binary('hubbub'), ['serve', '--data-dir', path.join(other, 'data'), '--port', '0', ...flags], {
      encoding: 'utf8',
      timeout: 30_000,
      env: { PATH: process.env.PATH },
    });
    assert.notEqual(serve.status, 0);
    return serve.stderr;
  };
  try {
    assert.match(start('--tls-certificate-file', certificate), /tls\.certificate_file and tls\.key_file/);
    assert.match(start('--tls-certificate-file', '/nowhere.pem', '--tls-key-file', key), /certificate in \/nowhere\.pem/);
    const garbage = path.join(other, 'garbage.pem');
    assert.match(start('--tls-certificate-file', certificate, '--tls-key-file', garbage), /key in .*garbage\.pem/);
  } finally {
    rmSync(other, { recursive: true });
  }
});
