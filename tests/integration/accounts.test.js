import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Api, assertError, assertRefused, signUp, uniqueName } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { assertShape } from '../support/contract.js';
import { request } from '../support/http.js';
import { Hubbub } from '../support/hubbub.js';

describe('accounts and sessions', () => {
  let hubbub;
  let anonymous;
  let user;
  before(async () => {
    hubbub = await Hubbub.start();
    anonymous = new Api(hubbub.url);
    user = await signUp(hubbub.url);
  });
  after(() => hubbub?.stop());

  const login = (username, password) => anonymous.post('/auth/login', { username, password });
  const refresh = (refreshToken) => anonymous.post('/auth/refresh', { refreshToken });
  const withToken = (token) => new Api(hubbub.url, token);

  test('register: 201, a session of the new user', async () => {
    const username = uniqueName();
    const { status, body } = await anonymous.post('/auth/register', { username, password: 'correct horse', displayName: 'Zoë 🦊' });
    assert.equal(status, 201);
    assertShape('Session', body);
    assert.equal(body.user.username, username);
    assert.equal(body.user.displayName, 'Zoë 🦊');
    assert.equal(typeof body.user.isAdmin, 'boolean');
    assert.ok(Date.parse(body.accessTokenExpiresAt) - Date.now() > 14 * 60_000);
    assert.ok(Date.parse(body.refreshTokenExpiresAt) - Date.now() > 29 * 24 * 3600_000);
    const me = await withToken(body.accessToken).get('/me');
    assert.equal(me.status, 200);
    assert.deepEqual(me.body, { user: body.user });
  });

  test('register without a display name: the username stands for it', async () => {
    assert.equal(user.session.user.displayName, user.username);
  });

  test('register with a username taken, in another letter case too: 409', async () => {
    for (const username of [user.username, user.username.toUpperCase()]) {
      const answer = await anonymous.post('/auth/register', { username, password: 'correct horse' });
      assertRefused(answer, 409, 'auth.username_taken');
    }
  });

  test('two registrations of one name at once: one wins', async () => {
    const body = { username: uniqueName(), password: 'correct horse' };
    const answers = await Promise.all([1, 2, 3].map(() => anonymous.post('/auth/register', body)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409]);
  });

  test('login: 200, a session of its own, whatever the letter case', async () => {
    const { status, body } = await login(user.username.toUpperCase(), user.password);
    assert.equal(status, 200);
    assertShape('Session', body);
    assert.equal(body.user.id, user.id);
    assert.notEqual(body.sessionId, user.session.sessionId);
    assert.notEqual(body.refreshToken, user.session.refreshToken);
  });

  test('login with a wrong password: 401', async () => {
    assertRefused(await login(user.username, `${user.password} `), 401, 'auth.bad_credentials');
    assertRefused(await login(user.username, user.password.toUpperCase()), 401, 'auth.bad_credentials');
  });

  test('refresh: new tokens of the same session', async () => {
    const { body: first } = await login(user.username, user.password);
    const { status, body: second } = await refresh(first.refreshToken);
    assert.equal(status, 200);
    assertShape('Session', second);
    assert.equal(second.user.id, user.id);
    assert.equal(second.sessionId, first.sessionId);
    assert.notEqual(second.refreshToken, first.refreshToken);
    assert.equal((await withToken(second.accessToken).get('/me')).status, 200);
    assert.equal((await refresh(second.refreshToken)).status, 200);
  });

  test('reuse of a rotated refresh token revokes the family', async () => {
    const { body: first } = await login(user.username, user.password);
    const { body: second } = await refresh(first.refreshToken);
    const { body: third } = await refresh(second.refreshToken);
    const client = await ChatClient.connect(hubbub.url, third.accessToken);
    assertRefused(await refresh(first.refreshToken), 401, 'auth.revoked');
    assertRefused(await refresh(third.refreshToken), 401, 'auth.revoked');
    for (const { accessToken } of [first, second, third]) assertRefused(await withToken(accessToken).get('/me'), 401, 'auth.revoked');
    assert.equal((await client.see('disconnected')).code, 'auth.revoked');
    await client.untilDisconnected();
    client.close();
    assert.equal((await user.api.get('/me')).status, 200, 'other sessions of the user live');
  });

  test('a refresh whose answer is lost may be repeated in the next seconds', async () => {
    const { body: first } = await login(user.username, user.password);
    const { body: lost } = await refresh(first.refreshToken);
    const { status, body: again } = await refresh(first.refreshToken);
    assert.equal(status, 200);
    assert.equal(again.sessionId, first.sessionId);
    assert.equal((await refresh(again.refreshToken)).status, 200);
    assertRefused(await refresh(lost.refreshToken), 401, 'auth.revoked');
    assertRefused(await withToken(again.accessToken).get('/me'), 401, 'auth.revoked');
  });

  test('one refresh token used three times at once: one new token is good', async () => {
    const { body: first } = await login(user.username, user.password);
    const answers = await Promise.all([1, 2, 3].map(() => refresh(first.refreshToken)));
    const statuses = [];
    for (const { body } of answers) statuses.push((await refresh(body.refreshToken)).status);
    assert.ok(statuses.filter((status) => status === 200).length <= 1, `${statuses}`);
  });

  describe('the refresh token in a cookie', () => {
    const page = () => ({ origin: hubbub.url, 'sec-fetch-site': 'same-origin' });
    const cookieOf = ({ headers }) => headers['set-cookie']?.[0].split(';')[0];
    const signIn = (headers = page()) =>
      anonymous.post('/auth/login', { username: user.username, password: user.password, cookie: true }, headers);
    const renew = (cookie, extra = {}) => anonymous.post('/auth/refresh', { cookie: true, ...extra }, { ...page(), cookie });

    test('it is there instead of in the answer, from a sign-in to the logout', async () => {
      const registration = { username: uniqueName(), password: 'correct horse', cookie: true };
      const registered = await anonymous.post('/auth/register', registration, page());
      for (const answer of [registered, await signIn()]) {
        assert.equal(answer.body.refreshToken, undefined);
        assert.equal(answer.headers['set-cookie'].length, 1);
        const cookie = /^hubbub-refresh-(\d+)=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/;
        assert.equal(Number(cookie.exec(answer.headers['set-cookie'][0])?.[1]), hubbub.port, answer.headers['set-cookie'][0]);
      }
      const first = cookieOf(registered);
      const renewed = await renew(`other=1; ${first}`);
      assert.equal(renewed.status, 200);
      assert.equal(renewed.body.sessionId, registered.body.sessionId);
      assert.notEqual(cookieOf(renewed), first);
      const again = await renew(cookieOf(renewed));
      assert.equal(again.status, 200);
      const { status, headers } = await withToken(again.body.accessToken).post('/auth/logout', undefined, { ...page(), cookie: cookieOf(again) });
      assert.equal(status, 204);
      assert.match(headers['set-cookie'][0], /^hubbub-refresh-\d+=; Path=\/; Max-Age=0; /);
      assertRefused(await renew(cookieOf(again)), 401, 'auth.revoked');
    });

    test('a token of an answer moves there, and the cookie of another session beside it is not used', async () => {
      const { body: session } = await login(user.username, user.password);
      const other = await signIn();
      const moved = await renew(cookieOf(other), { refreshToken: session.refreshToken });
      assert.equal(moved.status, 200);
      assert.equal(moved.body.sessionId, session.sessionId);
      assert.equal(moved.body.refreshToken, undefined);
      assert.equal((await renew(cookieOf(moved))).body.sessionId, session.sessionId);
      assert.equal((await renew(cookieOf(other))).body.sessionId, other.body.sessionId);
    });

    test('a page of another origin neither gets nor uses it, whatever the browser sends along', async () => {
      const cookie = cookieOf(await signIn());
      for (const headers of [
        {},
        { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
        { origin: `http://127.0.0.1:${hubbub.port + 1}`, 'sec-fetch-site': 'same-site' },
        { origin: `http://127.0.0.1:${hubbub.port + 1}` },
        { origin: hubbub.url, 'sec-fetch-site': 'none' },
        { origin: 'null', 'sec-fetch-site': 'same-origin' },
      ]) {
        assertRefused(await signIn(headers), 403, 'auth.foreign_origin');
        assertRefused(await anonymous.post('/auth/refresh', { cookie: true }, { ...headers, cookie }), 403, 'auth.foreign_origin');
      }
      const form = { ...page(), cookie, 'content-type': 'text/plain' };
      const { status } = await request(`${hubbub.url}/api/v1/auth/refresh`, { method: 'POST', headers: form, body: '{"cookie":true}' });
      assert.equal(status, 415);
      assert.equal((await renew(cookie)).status, 200, 'it was not used');
    });

    test('who does not ask for it does not use it; none is no token', async () => {
      const cookie = cookieOf(await signIn());
      assertRefused(await anonymous.post('/auth/refresh', {}, { ...page(), cookie }), 400, 'validation.missing', 'refreshToken');
      assertRefused(await renew(''), 401, 'auth.token_missing');
      assertRefused(await renew(cookie, { cookie: 'yes' }), 400, 'validation.type', 'cookie');
      assert.equal((await login(user.username, user.password)).headers['set-cookie'], undefined);
    });
  });

  test('logout: 204, the session and its sockets end', async () => {
    const { body: session } = await login(user.username, user.password);
    const client = await ChatClient.connect(hubbub.url, session.accessToken);
    const other = await ChatClient.connect(hubbub.url, user.session.accessToken);
    const { status, body } = await withToken(session.accessToken).post('/auth/logout');
    assert.equal(status, 204);
    assert.equal(body, undefined);
    const last = await client.see('disconnected');
    assertShape('DisconnectedEvent', last);
    assert.equal(last.code, 'auth.revoked');
    await client.untilDisconnected();

    assertRefused(await withToken(session.accessToken).get('/me'), 401, 'auth.revoked');
    assertRefused(await refresh(session.refreshToken), 401, 'auth.revoked');
    await assert.rejects(ChatClient.connect(hubbub.url, session.accessToken), { message: 'auth.revoked' });
    assert.equal(other.socket.connected, true, 'other sessions of the user live');
    client.close();
    other.close();
  });

  const registration = { username: 'never-made', password: 'correct horse', displayName: 'Nobody' };
  const fields = [
    ['username missing', { username: undefined }, 'validation.missing', 'username'],
    ['username null', { username: null }, 'validation.', 'username'],
    ['username a number', { username: 12345 }, 'validation.type', 'username'],
    ['username of 2', { username: 'ab' }, 'validation.too_short', 'username'],
    ['username of 33', { username: 'a'.repeat(33) }, 'validation.too_long', 'username'],
    ['username with a space', { username: 'a b c' }, 'validation.format', 'username'],
    ['username beyond ASCII', { username: 'zoë' }, 'validation.format', 'username'],
    ['username with a zero-width space', { username: 'ab\u200bcd' }, 'validation.format', 'username'],
    ['username with a NUL', { username: 'abc\u0000' }, 'validation.format', 'username'],
    ['password missing', { password: undefined }, 'validation.missing', 'password'],
    ['password an array', { password: ['correct horse'] }, 'validation.type', 'password'],
    ['password of 7', { password: '1234567' }, 'validation.too_short', 'password'],
    ['password of 257 bytes', { password: `${'é'.repeat(128)}a` }, 'validation.too_long', 'password'],
    ['displayName an object', { displayName: {} }, 'validation.type', 'displayName'],
    ['displayName empty', { displayName: '' }, 'validation.too_short', 'displayName'],
    ['displayName of 65', { displayName: 'x'.repeat(65) }, 'validation.too_long', 'displayName'],
    ['displayName with a NUL', { displayName: 'a\u0000b' }, 'validation.format', 'displayName'],
  ];
  for (const [name, change, code, field] of fields) {
    test(`register, ${name}: ${code} of ${field}`, async () => {
      assertRefused(await anonymous.post('/auth/register', { ...registration, ...change }), 400, code, field);
    });
  }

  test('register with fields at their limits', async () => {
    const username = `${uniqueName('u')}${'x'.repeat(32)}`.slice(0, 32);
    const wide = { username, password: 'é'.repeat(128), displayName: '🦊'.repeat(64) };
    const { status, body } = await anonymous.post('/auth/register', wide);
    assert.equal(status, 201, JSON.stringify(body));
    assert.equal(body.user.displayName, wide.displayName);
    assert.equal((await login(username, wide.password)).status, 200);
  });

  test('unknown fields are ignored, and give no rights', async () => {
    const body = { username: uniqueName(), password: 'correct horse', isAdmin: true, id: 1, createdAt: '2000-01-01', x: [[]] };
    const answer = await anonymous.post('/auth/register', body);
    assert.equal(answer.status, 201);
    assert.equal(answer.body.user.isAdmin, false);
    assert.notEqual(answer.body.user.id, 1);
  });

  for (const [name, path, body] of [
    ['no body', '/auth/login', undefined],
    ['not JSON', '/auth/login', '{"username":'],
    ['an array', '/auth/login', '[]'],
    ['a string', '/auth/register', '"x"'],
    ['null', '/auth/refresh', 'null'],
    ['two values', '/auth/refresh', '{} {}'],
    ['100k deep', '/auth/register', '['.repeat(100_000)],
    ['invalid UTF-8', '/auth/login', Buffer.from('7b22757365726e616d65223a22ff227d', 'hex')],
  ]) {
    test(`a body that is ${name}: 400 validation.*`, async () => {
      const headers = { 'content-type': 'application/json' };
      const answer = await request(`${hubbub.url}/api/v1${path}`, { method: 'POST', headers, body });
      assert.equal(answer.status, 400, answer.text);
      assertError(JSON.parse(answer.text).error, 'validation.');
    });
  }

  for (const type of [undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonx']) {
    test(`a body of type ${type}: 415`, async () => {
      const headers = type ? { 'content-type': type } : {};
      const answer = await request(`${hubbub.url}/api/v1/auth/refresh`, { method: 'POST', headers, body: '{}' });
      assert.equal(answer.status, 415, answer.text);
      assertError(JSON.parse(answer.text).error, 'http.unsupported_media_type');
    });
  }

  test('refresh with what is no token: 401', async () => {
    for (const token of ['x', '', 'A'.repeat(43), user.session.accessToken]) {
      const answer = await refresh(token);
      assert.ok([400, 401].includes(answer.status), answer.text);
      assertError(answer.body.error, answer.body.error.code);
    }
    assertRefused(await refresh(undefined), 400, 'validation.missing', 'refreshToken');
    assertRefused(await refresh(7), 400, 'validation.type', 'refreshToken');
  });

  test('users: by id and by list, public fields only', async () => {
    const other = await signUp(hubbub.url);
    const one = await user.api.get(`/users/${other.id}`);
    assert.equal(one.status, 200);
    assertShape('PublicUser', one.body.user);
    assert.deepEqual(one.body.user, { id: other.id, username: other.username, displayName: other.username });
    const many = await user.api.get(`/users?ids=${other.id},${user.id},999999999`);
    assert.equal(many.status, 200);
    assert.deepEqual(many.body.users.map(({ id }) => id).sort(), [user.id, other.id].sort());
    many.body.users.forEach((found) => assertShape('PublicUser', found));
    assertRefused(await user.api.get('/users/999999999'), 404, 'user.not_found');
  });

  for (const ids of ['', 'x', '1,x', '1,,2', '-1', '1e3', '99999999999999999999', Array(101).fill(1).join(',')]) {
    test(`users?ids=${ids.slice(0, 30)}: validation.* of ids`, async () => {
      assertRefused(await user.api.get(`/users?ids=${ids}`), 400, 'validation.', 'ids');
    });
  }

  test('config, without a token', async () => {
    const { status, body } = await anonymous.get('/config');
    assert.equal(status, 200);
    assertShape('ServerConfig', body);
    assert.equal(body.registrationOpen, true);
    assert.equal(body.limits.historyPageMax, 100);
  });

  test('unknown address and wrong method', async () => {
    assertRefused(await user.api.get('/nowhere'), 404, 'http.not_found');
    assertRefused(await user.api.delete('/me'), 405, 'http.method_not_allowed');
    assertRefused(await anonymous.get('/auth/login'), 405, 'http.method_not_allowed');
  });
});
