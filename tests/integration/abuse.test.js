// hardening.md, "Authorisation and abuse" and "JSON and text": what is not in access.test.js, cors.test.js or fields.test.js.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api, assertError, assertRefused, createChannel, signUp, uniqueName } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { WebSocketSession } from '../support/engineio.js';
import { Hubbub } from '../support/hubbub.js';
import { request } from '../support/http.js';
import { scrape } from '../support/metrics.js';

const json = (text) => JSON.parse(text);

describe('abuse', () => {
  let hubbub;
  let alice;
  let bob;
  let a;
  let channel;
  before(async () => {
    const env = { HUBBUB_LIMITS_FAILED_LOGINS_PER_MINUTE: '5', HUBBUB_LIMITS_REQUESTS_PER_SECOND: '20', HUBBUB_THREADS: '1' };
    hubbub = await Hubbub.start({ env });
    [alice, bob] = [await signUp(hubbub.url), await signUp(hubbub.url)];
    channel = await createChannel(alice, { members: [bob] });
    a = await ChatClient.connect(hubbub.url, alice.session.accessToken);
  });
  after(async () => {
    a?.close();
    await hubbub?.stop();
  });

  test('forged senderId, createdAt, seq, id and eventSeq are not heard', async () => {
    const forged = { senderId: bob.id, createdAt: '2001-01-01T00:00:00.000Z', seq: 999, id: 999, eventSeq: 999, deletedAt: null };
    const { message } = await a.send(channel, 'forged?', forged);
    assert.equal(message.senderId, alice.id);
    assert.ok(message.createdAt > '2026');
    assert.ok(message.seq < 999 && message.id < 999);
  });

  test('text is kept in normalisation form C, wherever it comes from', async () => {
    const { message } = await a.send(channel, 'Ame\u0301lie');
    assert.equal(message.content, 'Am\u00e9lie');
    const edited = await a.ask('edit_message', { chatChannelId: channel, messageId: message.id, content: '\u212bngstro\u0308m' });
    assert.equal(edited.message.content, '\u00c5ngstr\u00f6m');
    const name = uniqueName('cafe\u0301');
    const made = await alice.api.post('/channels', { name, type: 'public', topic: 'cafe\u0301' });
    assert.equal(made.body.channel.name, name.normalize('NFC'));
    assert.equal(made.body.channel.topic, 'caf\u00e9');
    assertRefused(await alice.api.post('/channels', { name: name.normalize('NFC'), type: 'public' }), 409, 'channel.name_taken');
    const found = await alice.api.get(`/channels/browse?query=${encodeURIComponent(name)}`);
    assert.equal(found.body.channels.length, 1);
  });

  test('more than 30 combining marks in a row are refused, whatever the text is for, before anything else is looked at', async () => {
    const most = `a${'\u0323'.repeat(30)}`;
    const { message } = await a.send(channel, most);
    assert.equal(message.content, most.normalize('NFC'));
    const content = `a${'\u0301'.repeat(4_095)}${'\u0323'.repeat(4_096)}`;
    assertError((await a.send(channel, content)).error, 'validation.format', 'content');
    assertError((await a.send(999_999, content)).error, 'validation.format', 'content');
    const edit = await a.ask('edit_message', { chatChannelId: channel, messageId: message.id, content });
    assertError(edit.error, 'validation.format', 'content');
    const short = `a${'\u0301'.repeat(31)}`;
    assertError((await a.ask('user_online', { statusText: short })).error, 'validation.format', 'statusText');
    for (const field of ['name', 'topic']) {
      const wish = { name: uniqueName(), type: 'public', [field]: short };
      assertRefused(await alice.api.post('/channels', wish), 400, 'validation.format', field);
    }
    assertRefused(await alice.api.patch('/me', { displayName: short }), 400, 'validation.format', 'displayName');
    for (const path of ['/search', '/channels/browse']) {
      assertRefused(await alice.api.get(`${path}?query=${encodeURIComponent(short)}`), 400, 'validation.format', 'query');
    }
  });

  for (const [what, text] of Object.entries({
    'SQL': "'; DROP TABLE chat_message; --",
    'LIKE': '%_\\%',
    'tsquery': "a & | ! ( :* <->'",
    'a format': '%s%n{0}$1',
    'markup': '<script>alert(1)</script><svg onload=alert(1)>[x](javascript:alert(1))',
    '__proto__': '{"__proto__":{"isAdmin":true}}',
  })) {
    test(`${what} as content, topic and query is text and nothing else`, async () => {
      const { message } = await a.send(channel, text);
      assert.equal(message.content, text);
      const { body } = await alice.api.post('/channels', { name: `${uniqueName()} ${text}`.slice(0, 80), type: 'public', topic: text });
      assert.equal(body.channel.topic, text);
      const found = await alice.api.get(`/channels/browse?query=${encodeURIComponent(text)}`);
      assert.equal(found.status, 200);
      assert.ok(found.body.channels.every(({ name }) => name.includes(text.slice(0, 20))), 'a metacharacter matches itself alone');
    });
  }

  for (const [what, body] of Object.entries({
    'nested 100 000 deep': '['.repeat(100_000),
    'NaN': '{"username":NaN}',
    'Infinity': '{"username":Infinity}',
    'a lone surrogate, unescaped': Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x7d]),
    'two objects': '{}{}',
    'a comment': '{/* */}',
  })) {
    test(`a body that is ${what}: validation.format`, async () => {
      const answer = await request(`${hubbub.url}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      assert.equal(answer.status, 400, answer.text);
      assertError(json(answer.text).error, 'validation.format', 'payload');
    });
  }

  test('of equal keys the last counts, and 1e400, -0 and a lone \\ud800 are no ids or names', async () => {
    const post = (body) => alice.api.post('/channels', body);
    const { status, body } = await post(`{"name":"first","name":"${uniqueName()}","type":"public"}`);
    assert.equal(status, 201);
    assert.notEqual(body.channel.name, 'first');
    assertRefused(await post('{"name":"\\ud800","type":"public"}'), 400, 'validation.');
    for (const number of ['1e400', '-0', '1.5', '9007199254740993', '-1']) {
      assertRefused(await alice.api.post(`/channels/${channel}/members`, `{"userId":${number}}`), 400, 'validation.');
    }
  });

  test('an account signs in so often at an address, with its right password too, and costs nobody else there', async () => {
    const carol = await signUp(hubbub.url);
    const signIn = ({ username, password }) => new Api(hubbub.url).post('/auth/login', { username, password });
    const names = [...Array(5).fill(carol.username), carol.username.toUpperCase()];
    const answers = await Promise.all(names.map((username) => signIn({ ...carol, username })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(5).fill(200), 429]);
    assertRefused(answers.find(({ status }) => status === 429), 429, 'limit.rate');
    assert.equal((await signIn(alice)).status, 200);
  });

  test('failed logins are limited by address: a spoofed X-Forwarded-For, letter case or another name does not help', async () => {
    const attempt = (i) =>
      request(`${hubbub.url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': `198.51.100.${i}`, forwarded: `for=198.51.100.${i}` },
        body: JSON.stringify({ username: i % 2 ? bob.username.toUpperCase() : `${bob.username}${i}`, password: randomUUID() }),
      });
    // At once: on a slow machine the limit would recover between one and the next.
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => attempt(i)));
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length >= 1 && refused.length <= 3, `${refused.length} refused`);
    assert.ok(answers.every(({ status }) => status === 401 || status === 429));
    assertError(json(refused[0].text).error, 'limit.rate');
    assert.ok(Number(refused[0].headers['retry-after']) >= 1);
  });

  test('REST requests are limited by user, and one does not cost another', async () => {
    const answers = await Promise.all(Array.from({ length: 600 }, () => alice.api.get('/me')));
    assert.equal(answers[0].status, 200);
    const refused = answers.find(({ status }) => status !== 200);
    assertRefused(refused, 429, 'limit.rate');
    assert.ok(Number(refused.headers['retry-after']) >= 1);
    assert.equal((await bob.api.get('/me')).status, 200);
  });
});

describe('abuse from several addresses', () => {
  const kConnectErrorsMax = 10;
  let hubbub;
  let user;
  before(async () => {
    const env = {
      HUBBUB_TRUSTED_PROXIES: '127.0.0.1',
      HUBBUB_LIMITS_REQUESTS_PER_SECOND: '3',
      HUBBUB_LIMITS_EVENTS_PER_SECOND: '10',
      HUBBUB_THREADS: '1',
    };
    hubbub = await Hubbub.start({ env });
    user = await signUp(hubbub.url);
  });
  after(() => hubbub?.stop());

  const getMe = (address, token) =>
    request(`${hubbub.url}/api/v1/me`, { headers: { 'x-forwarded-for': address, authorization: `Bearer ${token}` } });
  const limits = async () => {
    await sleep(200); // an answer of /metrics may be a little old
    const now = await scrape(hubbub.url);
    return (limit) => now.get(`hubbub_limits_total{limit="${limit}"}`);
  };
  const signIn = (address, { username, password }) =>
    request(`${hubbub.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'x-forwarded-for': address, 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });

  test('bad tokens are limited by address, and cost no good one there, seen before or not', async () => {
    const before = await limits();
    const fresh = await signUp(hubbub.url);
    const flood = () => Array.from({ length: 150 }, () => getMe('198.51.100.1', 'none'));
    const begun = flood();
    const good = Array.from({ length: 10 }, () => getMe('198.51.100.1', fresh.session.accessToken));
    const signedIn = signIn('198.51.100.1', user);
    const answers = await Promise.all([...begun, ...flood()]);
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length > 0);
    assertError(json(refused[0].text).error, 'limit.rate');
    assert.ok(answers.every(({ status }) => status === 429 || status === 401));
    assert.ok((await Promise.all(good)).every(({ status }) => status === 200));
    assert.equal((await signedIn).status, 200);
    assert.equal((await limits())('bad_tokens') - before('bad_tokens'), refused.length);
  });

  test('a request over its limit costs no query', async () => {
    const other = await signUp(hubbub.url);
    const queries = async () => {
      await sleep(200); // an answer of /metrics may be a little old
      return (await scrape(hubbub.url)).get('hubbub_database_seconds_count');
    };
    const before = await queries();
    const answers = await Promise.all(Array.from({ length: 300 }, () => getMe('198.51.100.3', other.session.accessToken)));
    const made = (await queries()) - before;
    const served = answers.filter(({ status }) => status === 200).length;
    assert.ok(served > 0 && served < 200, `${served}`);
    assert.ok(made < 2 * served + 50, `${made} queries for ${served} answers`);
  });

  test('bad tokens on each of many connections are limited by address, and cost no good one there', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.4' };
    const connect = async (token) => {
      const session = await WebSocketSession.open(`${hubbub.url}/socket.io/`, { headers });
      session.send(`40${JSON.stringify({ token })}`);
      const answer = await session.next();
      session.close();
      return answer.startsWith('44') ? JSON.parse(answer.slice(2)).message : 'let in';
    };
    const answers = await Promise.all(Array.from({ length: 100 }, () => connect('none')));
    assert.deepEqual(new Set(answers), new Set(['auth.token_invalid', 'limit.rate']));
    assert.equal(await connect(user.session.accessToken), 'let in');
    const inRest = await Promise.all(Array.from({ length: 100 }, () => getMe('198.51.100.4', 'none')));
    assert.ok(inRest.some(({ status }) => status === 429), 'the same limit holds for REST');
  });

  test('a CONNECT over its limit costs no query', async () => {
    const { session: signedUp } = await signUp(hubbub.url);
    const session = await WebSocketSession.open(`${hubbub.url}/socket.io/`);
    const queries = async () => {
      await sleep(200);
      return (await scrape(hubbub.url)).get('hubbub_database_seconds_count');
    };
    const connect = async () => {
      session.send(`40${JSON.stringify({ token: signedUp.accessToken })}`);
      const answer = await session.next();
      if (answer.startsWith('44')) return answer;
      while (!(await session.next()).startsWith('42["connected"')); // one may be online before
      session.send('41');
      return null;
    };
    let refused = null;
    for (let i = 0; i < 50 && refused === null; ++i) refused = await connect();
    assert.match(refused, /"message":"limit\.rate"/);
    const before = await queries();
    const answers = [];
    for (let i = 0; i < 8; ++i) answers.push(await connect());
    const let_in = answers.filter((answer) => answer === null).length;
    assert.ok(let_in < 8);
    assert.ok((await queries()) - before <= 10 * let_in + 5, `${(await queries()) - before} queries, ${let_in} let in`);
    assert.ok((await scrape(hubbub.url)).get('hubbub_limited_events_total{event="connect"}') > 0);
    session.close();
  });

  test('a client whose CONNECTs are refused again and again is closed', async () => {
    const before = await limits();
    const session = await WebSocketSession.open(`${hubbub.url}/socket.io/`);
    for (let i = 0; i < kConnectErrorsMax; ++i) {
      session.send('40{"token":"none"}');
      assert.match(await session.next(), /^44\{/);
    }
    await session.untilClosed();
    assert.equal((await limits())('connect_errors') - before('connect_errors'), 1);
  });

  test('an account takes a few places in the queue for a password check, from however many addresses', async () => {
    const attempts = Array.from({ length: 30 }, (_, i) => signIn(`203.0.113.${100 + i}`, { ...user, password: 'not the password' }));
    assert.equal((await signIn('203.0.113.4', await signUp(hubbub.url))).status, 200);
    const answers = await Promise.all(attempts);
    assert.ok(answers.some(({ status }) => status === 429));
    assert.ok(answers.every(({ status }) => status === 401 || status === 429));
  });

  test('87 logins in flight from three addresses leave room for the first of a fourth', async () => {
    const before = await limits();
    const flood = Array.from({ length: 87 }, (_, i) => signIn(`203.0.113.${i % 3}`, { username: uniqueName(), password: 'not the password' }));
    const first = await Promise.race(flood); // one is through, the others wait
    assert.ok([401, 429].includes(first.status));
    assert.equal((await signIn('203.0.113.3', user)).status, 200);
    const answers = await Promise.all(flood);
    assert.ok(answers.every(({ status }) => status === 401 || status === 429));
    const refused = answers.filter(({ status }) => status === 429).length;
    assert.equal((await limits())('password_hashes') - before('password_hashes'), refused);
  });
});
