import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Api, assertRefused, createChannel, signUp } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';
import { request } from '../support/http.js';
import { RawConnection } from '../support/raw-tcp.js';
import { until } from '../support/wait.js';

const kSecret = 'the-content-of-a-message-47f1';
const kForged = '{"time":"x","level":"error","event":"forged"}';
const kClient = '198.51.100.77';

const kGoodId = 'Proxy-0123456789abcdef';

describe('logs', () => {
  let hubbub;
  let user;
  const secrets = [kSecret];
  before(async () => {
    hubbub = await Hubbub.start({ env: { HUBBUB_LOG_LEVEL: 'debug', HUBBUB_TRUSTED_PROXIES: '127.0.0.1' } });
    user = await signUp(hubbub.url);
    secrets.push(user.password, user.session.accessToken, user.session.refreshToken);
    const client = await ChatClient.connect(hubbub.url, user.session.accessToken);
    const channel = await createChannel(user);
    const { message } = await client.send(channel, kSecret);
    await client.ask('edit_message', { chatChannelId: channel, messageId: message.id, content: `${kSecret}, edited` });
    await client.send(channel, `${kSecret}\u0000`);
    await client.ask(`${kSecret}\r\n${kForged}`, {}).catch(() => {});
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': kClient, 'user-agent': kForged, 'x-request-id': kGoodId };
    const body = JSON.stringify({ username: user.username, password: `${kSecret}\r\n${kForged}` });
    await request(`${hubbub.url}/api/v1/auth/login`, { method: 'POST', headers, body });
    await request(`${hubbub.url}/api/v1/${encodeURIComponent(`\r\n${kForged}`)}`);
    await new Api(hubbub.url, `${user.session.accessToken}x`).get('/me');
    await assert.rejects(ChatClient.connect(hubbub.url, `${user.session.accessToken}x`));
    const raw = await request(`${hubbub.url}/socket.io/?EIO=4&transport=polling&x=${encodeURIComponent(kForged)}`);
    const sid = JSON.parse(raw.text.slice(1)).sid;
    await request(`${hubbub.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body: `42["${kSecret}\r\n${kForged}` });
    client.close();
  });
  after(() => hubbub?.stop());

  const lines = () => hubbub.program.log.trimEnd().split('\n').filter((line) => !line.startsWith('hubbub is at'));

  test('every line is one JSON object with time, level and event', () => {
    assert.ok(lines().length > 3);
    for (const line of lines()) {
      const { time, level, event } = JSON.parse(line);
      assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.match(level, /^(debug|info|warn|error)$/);
      assert.match(event, /^[a-z_]+$/);
    }
  });

  test('no message, password or token is in them, and nobody forges a line', () => {
    for (const secret of secrets) assert.ok(!hubbub.program.log.includes(secret), secret);
    assert.ok(lines().every((line) => JSON.parse(line).event !== 'forged'));
  });

  /** The first `count` lines about a request: the program's output is read a little later than its answers. */
  const about = (id, count) => {
    const found = () => lines().map((line) => JSON.parse(line)).filter(({ request: its }) => its === id);
    return until(`${count} lines about ${id}`, () => found().length >= count && found());
  };

  test('a request has the id that a trusted proxy gave it, in its answer and in every line about it', async () => {
    const [first, last, ...more] = await about(kGoodId, 2);
    assert.deepEqual([first.event, last.event, more], ['login_failed', 'request_answered', []]);
    assert.deepEqual(last, { ...last, method: 'POST', path: '/api/v1/auth/login', status: 401, address: kClient });
  });

  test('an id that is not well-formed is replaced; no CRLF comes in by it', async () => {
    const wrong = ['', ' ', 'a b', 'a_b', '"a"', 'a\tb', '<a>', '\u00e9', `${kForged}`, 'x'.repeat(65)];
    const ids = new Set();
    for (const given of wrong) {
      const { status, headers } = await request(`${hubbub.url}/api/v1/config`, { headers: { 'x-request-id': given } });
      assert.equal(status, 200);
      assert.match(headers['x-request-id'], /^[0-9a-f]{8}-[0-9a-f]+$/, given);
      ids.add(headers['x-request-id']);
    }
    assert.equal(ids.size, wrong.length, 'each its own');
    for (const end of ['\r\n', '\n', '\r']) {
      const raw = await RawConnection.open(hubbub.port);
      await raw.write(`GET /api/v1/config HTTP/1.1\r\nHost: x\r\nX-Request-Id: a${end}${kForged}\r\n\r\n`);
      assert.equal((await raw.response()).status, 400, JSON.stringify(end));
      raw.close();
    }
    assert.ok(lines().every((line) => JSON.parse(line).event !== 'forged'));
  });

  test('every answer has an id: of what is not found, not allowed, not permitted, too', async () => {
    for (const [method, path, status] of [['GET', '/api/v1/me', 401], ['GET', '/api/none', 404], ['PUT', '/api/v1/me', 405], ['GET', '/api/openapi.json', 200]]) {
      const answer = await request(`${hubbub.url}${path}`, { method, headers: { 'x-request-id': 'of-this-one' } });
      assert.equal(answer.status, status);
      assert.equal(answer.headers['x-request-id'], 'of-this-one');
    }
    assert.equal((await about('of-this-one', 4)).length, 4);
  });

  test('an id of anybody else is not taken', async (t) => {
    const open = await Hubbub.start();
    t.after(() => open.stop());
    const { headers } = await request(`${open.url}/api/v1/config`, { headers: { 'x-request-id': kGoodId } });
    assert.match(headers['x-request-id'], /^[0-9a-f]{8}-[0-9a-f]+$/);
  });

  test('of a flood of lines that are alike there is one, and then how many they were', async () => {
    const flood = 20;
    const refused = () => lines().map((line) => JSON.parse(line)).filter(({ event }) => event === 'socket_refused');
    const all = (found) => found.reduce((sum, { repeated = 1 }) => sum + repeated, 0);
    const before = all(refused());
    for (let i = 0; i < flood; ++i) await assert.rejects(ChatClient.connect(hubbub.url, `${user.session.accessToken}x`));
    await until('all to be counted', () => all(refused()) >= before + flood, { timeoutMs: 20_000 });
    const found = refused();
    assert.equal(all(found), before + flood);
    assert.ok(found.length < flood / 2, `${found.length} lines`);
    const sum = found.find(({ repeated }) => repeated);
    assert.deepEqual(sum, { time: sum.time, level: 'info', event: 'socket_refused', code: 'auth.token_invalid', address: '127.0.0.1', repeated: sum.repeated });
  });

  test('who failed to sign in or to connect is named by address, as a trusted proxy gives it', () => {
    const logged = lines().map((line) => JSON.parse(line));
    assert.equal(logged.find(({ event }) => event === 'login_failed')?.address, kClient);
    const refused = logged.find(({ event }) => event === 'socket_refused');
    assert.equal(refused?.code, 'auth.token_invalid');
    assert.equal(refused.address, '127.0.0.1');
    assert.equal(typeof refused.socket, 'string');
  });
});

test('no memory to check a password: the sign-in is told to try again, the operator what to do', async () => {
  const hubbub = await Hubbub.start();
  try {
    const { username, password } = await signUp(hubbub.url);
    const signIn = () => new Api(hubbub.url).post('/auth/login', { username, password });
    const { pid } = hubbub.program;
    const limit = (bytes) => execFileSync('prlimit', ['--pid', `${pid}`, `--as=${bytes}:`]);
    const kilobytes = Number(/VmSize:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
    limit((kilobytes + 32_000) * 1024); // half of what a check takes
    assertRefused(await signIn(), 503, 'server.unavailable');
    assert.match(hubbub.program.log, /"level":"error","event":"password_not_hashed".*"hint":"each password that is checked takes 64 MB/);
    limit('unlimited');
    assert.equal((await signIn()).status, 200);
  } finally {
    await hubbub.stop();
  }
});
