import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID, sign as signWithKey } from 'node:crypto';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api, assertError, assertRefused, signUp, uniqueName } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { request } from '../support/http.js';
import { Hubbub } from '../support/hubbub.js';
import { base64url, claimsOf, headerOf, sign } from '../support/jwt.js';
import { until } from '../support/wait.js';
import { Witness } from '../support/witness.js';

const kSecret = 'a secret of the test, long enough for HS256';
const now = () => Math.floor(Date.now() / 1000);

describe('authentication', () => {
  let hubbub;
  let witness;
  let user;
  let good; // the claims of a token that the server itself made
  before(async () => {
    hubbub = await Hubbub.start({ env: { HUBBUB_JWT_SECRET: kSecret } });
    witness = await Witness.start(hubbub);
    user = await signUp(hubbub.url);
    good = claimsOf(user.session.accessToken);
  });
  after(async () => {
    witness?.close();
    await hubbub?.stop();
  });
  afterEach(() => witness.check());

  const withClaims = (change) => sign({ ...good, ...change }, kSecret);
  const without = (claim) => sign(Object.fromEntries(Object.entries(good).filter(([name]) => name !== claim)), kSecret);
  const withHeader = (header, hash) => sign(good, kSecret, { header, hash });

  async function assertTokenRefused(token, code) {
    assertRefused(await new Api(hubbub.url, token).get('/me'), 401, code);
    const client = new ChatClient(hubbub.url, token);
    try {
      await client.untilConnected();
      assert.fail('the socket was let in');
    } catch (error) {
      assertError(error.data, code);
      assert.equal(error.message, error.data.code);
    } finally {
      client.close();
    }
  }

  test('the token is HS256 with the claims of the contract', async () => {
    assert.deepEqual(headerOf(user.session.accessToken).alg, 'HS256');
    assert.equal(good.sub, String(user.id));
    assert.equal(good.sid, String(user.session.sessionId));
    assert.equal(good.iss, 'hubbub');
    assert.deepEqual([good.aud].flat(), ['hubbub']);
    assert.equal(good.typ, 'access');
    assert.equal(good.exp - good.iat, 15 * 60);
    const again = new Api(hubbub.url, withClaims({}));
    assert.equal((await again.get('/me')).status, 200);
  });

  const { privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const bySigner = (alg, signature) => {
    const signed = () => `${base64url({ alg, typ: 'JWT' })}.${base64url(good)}`;
    return () => `${signed()}.${signature(signed())}`;
  };

  const bad = [
    ...['none', 'None', 'NONE', 'nOnE', ''].map((alg) => [`alg ${alg || 'empty'}, no signature`, () => withHeader({ alg, typ: 'JWT' }, '')]),
    ['alg none, signed with the secret', () => withHeader({ alg: 'none' })],
    ['no alg', () => withHeader({ typ: 'JWT' })],
    ['alg null', () => withHeader({ alg: null })],
    ['alg an array', () => withHeader({ alg: ['HS256'] })],
    ['alg hs256', () => withHeader({ alg: 'hs256' })],
    ['alg HS384', () => withHeader({ alg: 'HS384' }, 'sha384')],
    ['alg HS512', () => withHeader({ alg: 'HS512' }, 'sha512')],
    ['alg RS256, signed by HMAC', () => withHeader({ alg: 'RS256' })],
    ['alg RS256, signed by a key of ours', bySigner('RS256', (text) => signWithKey('sha256', text, rsa).toString('base64url'))],
    ['alg ES256, r = s = 0', bySigner('ES256', () => Buffer.alloc(64).toString('base64url'))],
    ['a header that is no object', () => withHeader('HS256')],
    ['crit in the header', () => withHeader({ alg: 'HS256', crit: ['exp', 'x'], x: 1 })],
    ['another secret', () => sign(good, 'another secret')],
    ['the empty secret', () => sign(good, '')],
    ['no exp', () => without('exp')],
    ['exp a string', () => withClaims({ exp: String(now() + 600) })],
    ['exp null', () => withClaims({ exp: null })],
    ['exp 1e400', () => rawClaims(`{"sub":"${user.id}","exp":1e400}`)],
    ['nbf in the future', () => withClaims({ nbf: now() + 3600 })],
    ['iat in 2100', () => withClaims({ iat: 4102444800, exp: 4102448400 })],
    ['no iss', () => without('iss')],
    ['wrong iss', () => withClaims({ iss: 'elsewhere' })],
    ['no aud', () => without('aud')],
    ['wrong aud', () => withClaims({ aud: 'elsewhere' })],
    ['aud an array of others', () => withClaims({ aud: ['elsewhere', 'hubbub.example'] })],
    ['aud an empty array', () => withClaims({ aud: [] })],
    ['aud a prefix', () => withClaims({ aud: 'hub' })],
    ['no sub', () => without('sub')],
    ['sub not a number', () => withClaims({ sub: 'admin' })],
    ['sub with SQL', () => withClaims({ sub: `${user.id} OR 1=1` })],
    ['sub negative', () => withClaims({ sub: '-1' })],
    ['sub of nobody', () => withClaims({ sub: '9007199254740991' })],
    ['sub an object', () => withClaims({ sub: {} })],
    ['no sid', () => without('sid')],
    ['sid of nobody', () => withClaims({ sid: '9007199254740991' })],
    ['sid of somebody else', () => withClaims({ sid: claimsOf(witness.alice.session.accessToken).sid })],
    ['typ refresh', () => withClaims({ typ: 'refresh' })],
    ['no typ', () => without('typ')],
    ['a refresh token for the access token', () => user.session.refreshToken],
    ['signature cut off', () => user.session.accessToken.split('.').slice(0, 2).join('.')],
    ['signature empty', () => `${user.session.accessToken.split('.').slice(0, 2).join('.')}.`],
    ['signature truncated', () => user.session.accessToken.slice(0, -4)],
    ['signature with padding', () => `${user.session.accessToken}=`],
    ['an extra dot', () => `${user.session.accessToken}.`],
    ['a fourth part', () => `${user.session.accessToken}.e30`],
    ['a dot in front', () => `.${user.session.accessToken}`],
    ['claims of another token', () => swapped(user.session.accessToken, witness.alice.session.accessToken)],
    ['claims not JSON', () => rawClaims('not json')],
    ['claims an array', () => rawClaims('[]')],
    ['claims 10k deep', () => rawClaims('['.repeat(5_000))],
    ['words', () => 'this is no token'],
    ['dots', () => '..'],
    ['one dot', () => 'a.b'],
    ['not base64', () => '!!!.???.***'],
  ];
  for (const [name, make] of bad) {
    test(`refused: ${name}`, () => assertTokenRefused(make(), /^(sid of|sub of|words)/.test(name) ? 'auth.' : 'auth.token_invalid'));
  }

  /** A token with exactly that text for its claims, signed with the true secret. */
  function rawClaims(text) {
    return sign(text, kSecret);
  }

  function swapped(token, other) {
    const [header, , signature] = token.split('.');
    return [header, other.split('.')[1], signature].join('.');
  }

  for (const [name, header] of [
    ['kid ../../../../dev/null', { kid: '../../../../dev/null' }],
    ["kid ' OR 1=1 --", { kid: "' OR 1=1 --" }],
    ['jku', { jku: 'http://127.0.0.1:1/keys' }],
    ['x5u', { x5u: 'http://127.0.0.1:1/cert' }],
    ['an embedded jwk', { jwk: { kty: 'oct', k: base64url('my own key') } }],
  ]) {
    test(`refused: ${name}, signed with another key`, () => {
      const key = name.startsWith('an embedded') ? 'my own key' : '';
      return assertTokenRefused(sign(good, key, { header: { alg: 'HS256', ...header } }), 'auth.token_invalid');
    });
  }

  test('expired: auth.token_expired', () => assertTokenRefused(withClaims({ iat: now() - 1000, exp: now() - 60 }), 'auth.token_expired'));

  test('one that has been used expires all the same', async () => {
    const token = withClaims({ exp: now() + 2 });
    const api = new Api(hubbub.url, token);
    assert.equal((await api.get('/me')).status, 200);
    await until('the refusal', async () => (await api.get('/me')).status === 401);
    await assertTokenRefused(token, 'auth.token_expired');
  });

  test('exp 0 and negative are expired or invalid', async () => {
    for (const exp of [0, -1]) assertRefused(await new Api(hubbub.url, withClaims({ exp })).get('/me'), 401, 'auth.');
  });

  test('no token: auth.token_missing', async () => {
    assertRefused(await new Api(hubbub.url).get('/me'), 401, 'auth.token_missing');
    for (const auth of [{}, { token: '' }, { token: null }]) await assertSocketRefused(auth, 'auth.token_missing');
  });

  test('a token of the wrong type on the socket', async () => {
    for (const token of [1, true, {}, ['x'], 1e308]) await assertSocketRefused({ token }, 'auth.token_');
  });

  async function assertSocketRefused(auth, code) {
    const client = new ChatClient(hubbub.url, undefined, { auth });
    try {
      await assert.rejects(client.untilConnected(), (error) => {
        assert.ok(error.message.startsWith(code), error.message);
        assertError(error.data, error.message);
        return true;
      });
    } finally {
      client.close();
    }
  }

  for (const header of ['Bearer', 'Bearer ', 'Basic YTpi', 'bearer', 'Bearer a b', 'Token x', '\t']) {
    test(`Authorization: ${JSON.stringify(header)} is 401`, async () => {
      const answer = await request(`${hubbub.url}/api/v1/me`, { headers: { authorization: header } });
      assert.equal(answer.status, 401);
      assertError(JSON.parse(answer.text).error, 'auth.token_');
    });
  }

  test('a token in the query is not taken', async () => {
    const { status } = await new Api(hubbub.url).get(`/me?token=${user.session.accessToken}`);
    assert.equal(status, 401);
  });

  test('an unknown user and a wrong password cannot be told apart', async () => {
    const anonymous = new Api(hubbub.url);
    const attempt = async (username) => {
      const since = performance.now();
      const answer = await anonymous.post('/auth/login', { username, password: 'not the password' });
      return { answer, ms: performance.now() - since };
    };
    const [known, unknown] = [[], []];
    for (let i = 0; i < 5; ++i) {
      known.push(await attempt(user.username));
      unknown.push(await attempt(uniqueName('nobody')));
    }
    for (const { answer } of [...known, ...unknown]) assertRefused(answer, 401, 'auth.bad_credentials');
    assert.deepEqual(unknown[0].answer.body, known[0].answer.body);
    const fastest = (attempts) => Math.min(...attempts.map(({ ms }) => ms));
    const ratio = fastest(unknown) / fastest(known);
    assert.ok(ratio > 0.5 && ratio < 2, `unknown users take ${ratio.toFixed(2)} of the time`);
  });

  const hostile = [
    ["username ' OR '1'='1", "' OR '1'='1"],
    ['username with %', '%'],
    ['username with NUL', `${'a'}\u0000b`],
    ['username of 100 KB', 'a'.repeat(100_000)],
    ['username empty', ''],
  ];
  for (const [name, username] of hostile) {
    test(`login with ${name} is refused`, async () => {
      const answer = await new Api(hubbub.url).post('/auth/login', { username, password: 'whatever it is' });
      assert.ok([400, 401].includes(answer.status), answer.text);
      assertError(answer.body.error, answer.body.error.code);
    });
  }

  // Last: it uses up what one address may try.
  test('a flood of logins is answered 401 or 429, and costs nobody else', async () => {
    const anonymous = new Api(hubbub.url);
    const flood = Promise.all(
      Array.from({ length: 150 }, () => anonymous.post('/auth/login', { username: user.username, password: randomUUID() })),
    );
    let checks = 0;
    let done = false;
    flood.then(() => (done = true));
    do {
      const since = performance.now();
      await witness.check();
      assert.ok(performance.now() - since < 2000, 'the chat goes on');
      ++checks;
      await sleep(10); // the witness has limits too
    } while (!done);
    for (const answer of await flood) {
      if (answer.status === 429) {
        assertRefused(answer, 429, 'limit.rate');
        assert.match(answer.headers['retry-after'], /^\d+$/);
      } else {
        assertRefused(answer, 401, 'auth.bad_credentials');
      }
    }
    assert.ok(checks > 0);
  });
});
