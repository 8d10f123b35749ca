import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Api, assertRefused, createChannel, signUp, uniqueName } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';
import { until } from '../support/wait.js';

describe('own account and sessions', () => {
  let hubbub;
  before(async () => {
    hubbub = await Hubbub.start();
  });
  after(() => hubbub?.stop());

  async function signIn({ username, password }) {
    const { status, body } = await new Api(hubbub.url).post('/auth/login', { username, password });
    assert.equal(status, 200, JSON.stringify(body));
    return { session: body, id: body.sessionId, api: new Api(hubbub.url, body.accessToken) };
  }
  const connect = ({ session }) => ChatClient.connect(hubbub.url, session.accessToken);

  async function assertEnded(client, { session, api }) {
    assert.equal((await client.see('disconnected')).code, 'auth.revoked');
    await client.untilDisconnected();
    client.close();
    assertRefused(await api.get('/me'), 401, 'auth.revoked');
    const { status } = await new Api(hubbub.url).post('/auth/refresh', { refreshToken: session.refreshToken });
    assert.equal(status, 401);
  }

  test('the list: each session once, the current one marked, nothing of others', async () => {
    const user = await signUp(hubbub.url);
    await signUp(hubbub.url);
    const second = await signIn(user);
    await new Api(hubbub.url).post('/auth/refresh', { refreshToken: second.session.refreshToken });
    const { status, body } = await second.api.get('/auth/sessions');
    assert.equal(status, 200);
    assert.deepEqual(body.sessions.map(({ id, current }) => [id, current]), [[user.session.sessionId, false], [second.id, true]]);
    const [, { issuedAt, lastUsedAt, ip }] = body.sessions;
    assert.ok(Date.parse(lastUsedAt) >= Date.parse(issuedAt));
    assert.match(ip, /127\.0\.0\.1$/);
    const first = await user.api.get('/auth/sessions?limit=1');
    assert.equal(first.body.sessions.length, 1);
    const rest = await user.api.get(`/auth/sessions?limit=1&cursor=${first.body.nextCursor}`);
    assert.equal(rest.body.sessions[0].id, second.id);
    assert.equal(rest.body.nextCursor, null);
  });

  test('end one: its sockets are told and closed before the answer, the others live', async () => {
    const user = await signUp(hubbub.url);
    const [one, two] = [await signIn(user), await signIn(user)];
    const channel = await createChannel(user);
    const [ended, lives] = [await connect(one), await connect(two)];
    assert.equal((await two.api.delete(`/auth/sessions/${one.id}`)).status, 204);
    const { message } = await lives.send(channel, 'after the answer');
    await lives.see('new_message', (event) => event.message.id === message.id);
    await assertEnded(ended, one);
    assert.deepEqual(ended.all('new_message'), []);
    assert.equal(lives.socket.connected, true);
    lives.close();
    assert.deepEqual((await two.api.get('/auth/sessions')).body.sessions.map(({ id }) => id), [user.session.sessionId, two.id]);
    assertRefused(await two.api.delete(`/auth/sessions/${one.id}`), 404, 'session.not_found');
  });

  test('the session of somebody else: session.not_found, and it lives', async () => {
    const [user, other] = [await signUp(hubbub.url), await signUp(hubbub.url)];
    assertRefused(await user.api.delete(`/auth/sessions/${other.session.sessionId}`), 404, 'session.not_found');
    assertRefused(await user.api.delete('/auth/sessions/999999999'), 404, 'session.not_found');
    assertRefused(await user.api.delete('/auth/sessions/x'), 400, 'validation.format', 'sessionId');
    assert.equal((await other.api.get('/me')).status, 200);
  });

  test('end the others: all but one’s own, none of other users', async () => {
    const [user, other] = [await signUp(hubbub.url), await signUp(hubbub.url)];
    const [one, two] = [await signIn(user), await signIn(user)];
    const [ended, kept, foreign] = [await connect(one), await connect(two), await connect(other)];
    assert.equal((await two.api.delete('/auth/sessions')).status, 204);
    await assertEnded(ended, one);
    assertRefused(await user.api.get('/me'), 401, 'auth.revoked');
    assert.deepEqual((await two.api.get('/auth/sessions')).body.sessions.map(({ id }) => id), [two.id]);
    assert.equal(kept.socket.connected && foreign.socket.connected, true);
    kept.close();
    foreign.close();
  });

  test('a new display name: answered and seen by others', async () => {
    const [user, other] = [await signUp(hubbub.url), await signUp(hubbub.url)];
    const { status, body } = await user.api.patch('/me', { displayName: ' Zoë 🦊 ' });
    assert.equal(status, 200);
    assert.equal(body.user.displayName, 'Zoë 🦊');
    assert.equal((await other.api.get(`/users/${user.id}`)).body.user.displayName, 'Zoë 🦊');
  });

  test('a new password: the old one is needed, and the other sessions end', async () => {
    const user = await signUp(hubbub.url);
    const one = await signIn(user);
    const client = await connect(one);
    const password = 'a better horse';
    assertRefused(await user.api.patch('/me', { password, currentPassword: 'a wrong one' }), 401, 'auth.bad_credentials');
    assert.equal(client.socket.connected, true);
    const { status, body } = await user.api.patch('/me', { password, currentPassword: user.password, displayName: 'New' });
    assert.equal(status, 200);
    assert.equal(body.user.displayName, 'New');
    await assertEnded(client, one);
    assert.equal((await user.api.get('/me')).status, 200);
    assertRefused(await new Api(hubbub.url).post('/auth/login', { username: user.username, password: user.password }), 401, 'auth.bad_credentials');
    await signIn({ ...user, password });
  });

  for (const [name, change, code, field] of [
    ['nothing', {}, 'validation.missing', 'displayName'],
    ['displayName a number', { displayName: 1 }, 'validation.type', 'displayName'],
    ['displayName empty', { displayName: ' ' }, 'validation.too_short', 'displayName'],
    ['displayName of 65', { displayName: 'x'.repeat(65) }, 'validation.too_long', 'displayName'],
    ['displayName with a NUL', { displayName: 'a\u0000' }, 'validation.format', 'displayName'],
    ['password without the current one', { password: 'long enough' }, 'validation.missing', 'currentPassword'],
    ['currentPassword a number', { password: 'long enough', currentPassword: 1 }, 'validation.type', 'currentPassword'],
    ['password of 7', { password: '1234567', currentPassword: 'x' }, 'validation.too_short', 'password'],
    ['password of 257', { password: 'x'.repeat(257), currentPassword: 'x' }, 'validation.too_long', 'password'],
    ['password an array', { password: [], currentPassword: 'x' }, 'validation.type', 'password'],
  ]) {
    test(`PATCH /me with ${name}: ${code}`, async () => {
      const user = await signUp(hubbub.url);
      assertRefused(await user.api.patch('/me', change), 400, code, field);
    });
  }

  test('users are found by how their name begins, in any letter case, page by page', async () => {
    const word = uniqueName('Find').replaceAll('-', '').slice(0, 20);
    const users = [];
    for (const end of ['_c', '.a', '-b', 'X']) users.push(await signUp(hubbub.url, word + end));
    const [{ api }] = users;
    const { status, body } = await api.get(`/users/search?query=${word.toUpperCase()}`);
    assert.equal(status, 200);
    assert.deepEqual(body.users.map(({ username }) => username), ['-b', '.a', '_c', 'X'].map((end) => word + end));
    const one = await api.get(`/users/search?query=${word}&limit=3`);
    const two = await api.get(`/users/search?query=${word}&limit=3&cursor=${one.body.nextCursor}`);
    assert.deepEqual([...one.body.users, ...two.body.users], body.users);
    assert.deepEqual((await api.get(`/users/search?query=${word}_`)).body.users.map(({ username }) => username), [`${word}_c`]);
    assert.deepEqual((await api.get(`/users/search?query=${word.slice(1)}`)).body.users, []);
  });

  for (const [query, code] of [['', 'validation.too_short'], ['%25', 'validation.format'], ['%5C', 'validation.format'], ["'", 'validation.format'], ['a'.repeat(33), 'validation.too_long']]) {
    test(`users/search?query=${query.slice(0, 10)}: ${code}`, async () => {
      const user = await signUp(hubbub.url);
      assertRefused(await user.api.get(`/users/search?query=${query}`), 400, code, 'query');
    });
  }

  test('users/search: query missing, a bad limit, a bad cursor', async () => {
    const { api } = await signUp(hubbub.url);
    assertRefused(await api.get('/users/search'), 400, 'validation.missing', 'query');
    assertRefused(await api.get('/users/search?query=a&limit=101'), 400, 'validation.range', 'limit');
    assertRefused(await api.get("/users/search?query=a&cursor='"), 400, 'validation.format', 'cursor');
  });

  test('mute: until a time, for oneself alone, and back', async () => {
    const [user, other] = [await signUp(hubbub.url), await signUp(hubbub.url)];
    const id = await createChannel(user, { members: [other] });
    const mutedUntil = '2999-12-31T23:59:59.500Z';
    assert.equal((await user.api.put(`/channels/${id}/mute`, { mutedUntil })).body.state.mutedUntil, mutedUntil);
    const client = await connect(user);
    assert.equal(client.all('connected')[0].channels[0].mutedUntil, mutedUntil);
    client.close();
    assert.equal((await other.api.get(`/channels/${id}`)).body.state.mutedUntil, undefined);
    assert.equal((await user.api.delete(`/channels/${id}/mute`)).body.state.mutedUntil, undefined);
  });

  for (const [name, mutedUntil, code] of [
    ['missing', undefined, 'validation.missing'],
    ['null', null, 'validation.type'],
    ['a number', 1, 'validation.type'],
    ['a word', 'tomorrow', 'validation.format'],
    ['no time at all', '2999-13-01T00:00:00Z', 'validation.format'],
    ['the 30th of February', '2998-02-30T00:00:00Z', 'validation.format'],
    ['with a zone', '2999-01-01T00:00:00+00:00', 'validation.format'],
    ['of the year 9999', '9999-01-01T00:00:00Z', 'validation.format'],
    ['past', '2001-01-01T00:00:00Z', 'validation.range'],
    ['of 900 KB', '1'.repeat(900_000), 'validation.format'],
  ]) {
    test(`mute until what is ${name}: ${code}`, async () => {
      const user = await signUp(hubbub.url);
      const id = await createChannel(user);
      assertRefused(await user.api.put(`/channels/${id}/mute`, { mutedUntil }), 400, code, 'mutedUntil');
    });
  }

  test('a server that nobody asks anything purges what is old, step by step', async (t) => {
    const kOld = 12_000; // the start purges 5,000, and so does each step
    let sql = await hubbub.sql();
    await sql.query(
      `INSERT INTO chat_message_dedup SELECT gen_random_uuid(), 1, 1, n, now() - interval '8 days' FROM generate_series(1, $1::int) n`,
      [kOld],
    );
    await sql.end();
    await hubbub.program.stop();
    await hubbub.restart();
    sql = await hubbub.sql();
    t.after(() => sql.end());
    const old = `SELECT FROM chat_message_dedup WHERE "messageCreatedAt" < now() - interval '7 days'`;
    await until('the purge', async () => (await sql.query(old)).rowCount === 0);
  });
});
