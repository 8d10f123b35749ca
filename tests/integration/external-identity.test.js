// Tokens that another application signs: hardening.md's "Authentication" list against them, each by name.
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign as signWithKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Api, assertError, assertRefused, createChannel, signUp, uniqueName } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { Hubbub } from '../support/hubbub.js';
import { base64url } from '../support/jwt.js';
import { until } from '../support/wait.js';

const kSecret = 'the secret of the other application, long enough';
const now = () => Math.floor(Date.now() / 1000);

const pairs = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
  pem: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  new: generateKeyPairSync('ed25519'),
};
const jwkOf = (name, more = {}) => ({ ...pairs[name].publicKey.export({ format: 'jwk' }), kid: name, use: 'sig', ...more });
const pem = pairs.pem.publicKey.export({ type: 'spki', format: 'pem' });

const signers = {
  HS256: (text) => createHmac('sha256', kSecret).update(text).digest(),
  RS256: (text, key = pairs.RS256) => signWithKey('sha256', text, key.privateKey),
  ES256: (text) => signWithKey('sha256', text, { key: pairs.ES256.privateKey, dsaEncoding: 'ieee-p1363' }),
  EdDSA: (text, key = pairs.EdDSA) => signWithKey(null, text, key.privateKey),
};

function token(claims, { alg = 'HS256', header = { alg, typ: 'JWT' }, signer = signers[alg] } = {}) {
  const text = `${base64url(header)}.${base64url(claims)}`;
  return `${text}.${Buffer.from(signer(text)).toString('base64url')}`;
}
const claimsFor = (sub, more = {}) => ({ sub, iss: 'https://app.example', aud: 'hubbub', iat: now(), exp: now() + 600, ...more });

describe('external identity', () => {
  let hubbub;
  let folder;
  const jwks = () => path.join(folder, 'jwks.json');
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'hubbub-external-'));
    const keys = [jwkOf('RS256', { alg: 'RS256' }), jwkOf('ES256'), jwkOf('EdDSA'), jwkOf('new', { use: 'enc' })];
    writeFileSync(jwks(), JSON.stringify({ keys }));
    writeFileSync(path.join(folder, 'key.pem'), pem);
    hubbub = await Hubbub.start({
      env: {
        HUBBUB_EXTERNAL_ISSUER: 'https://app.example',
        HUBBUB_EXTERNAL_SECRET: kSecret,
        HUBBUB_EXTERNAL_PUBLIC_KEY_FILE: path.join(folder, 'key.pem'),
        HUBBUB_EXTERNAL_JWKS_FILE: jwks(),
      },
    });
  });
  after(async () => {
    await hubbub?.stop();
    rmSync(folder, { recursive: true });
  });

  const apiOf = (text) => new Api(hubbub.url, text);
  const me = async (text) => (await apiOf(text).get('/me')).body.user;

  const ways = {
    'HS256 with the secret': { alg: 'HS256' },
    'RS256 of the key set': { alg: 'RS256' },
    'RS256 of the key set, by its kid': { alg: 'RS256', header: { alg: 'RS256', kid: 'RS256' } },
    'RS256 of the PEM file': { alg: 'RS256', signer: (text) => signers.RS256(text, pairs.pem) },
    'ES256 of the key set': { alg: 'ES256' },
    'EdDSA of the key set': { alg: 'EdDSA' },
  };
  for (const [name, how] of Object.entries(ways)) {
    test(`${name}: the user is made on first sight, and chats by REST and socket`, async () => {
      const sub = uniqueName('sub');
      const username = uniqueName('ext');
      const text = token(claimsFor(sub, { preferred_username: username, name: 'Ext Ernal' }), how);
      const client = await ChatClient.connect(hubbub.url, text);
      try {
        const user = await me(text);
        assert.deepEqual([user.username, user.displayName, user.isAdmin], [username, 'Ext Ernal', false]);
        assert.equal(client.all('connected')[0].userId, user.id);
        const channel = await createChannel({ api: apiOf(text) });
        assert.equal((await client.send(channel, 'hello')).ok, true);
        assert.equal((await me(token(claimsFor(sub, { preferred_username: 'other-name' }), how))).id, user.id, 'the subject is who it is');
      } finally {
        client.close();
      }
    });
  }

  test('audience arrays: ours among others', async () => {
    assert.equal((await apiOf(token(claimsFor(uniqueName(), { aud: ['elsewhere', 'hubbub'] }))).get('/me')).status, 200);
  });

  test('twenty first sights at once, with one token and with several: one user', async () => {
    const sub = uniqueName('sub');
    const one = token(claimsFor(sub));
    const tokens = Array.from({ length: 20 }, (_, i) => (i % 2 ? one : token(claimsFor(sub, { jti: `${i}` }))));
    const users = await Promise.all(tokens.map(me));
    assert.equal(new Set(users.map(({ id }) => id)).size, 1);
  });

  test('a username that is taken, or that none can be, becomes one like it; nobody gets another’s account', async () => {
    const { id, username } = await signUp(hubbub.url);
    const users = await Promise.all(
      [username, username.toUpperCase(), username].map((name) => me(token(claimsFor(uniqueName('sub'), { preferred_username: name })))),
    );
    assert.equal(new Set([id, ...users.map((user) => user.id)]).size, 4);
    for (const user of users) assert.match(user.username, new RegExp(`^${username}-\\d+$`, 'i'));
    const mailed = uniqueName('ann');
    assert.equal((await me(token(claimsFor(uniqueName('sub'), { preferred_username: `${mailed}@x.example` })))).username, `${mailed}-x.example`);
    for (const name of ['', 'é', 'x'.repeat(500), "' OR 1=1 --", '\n\t', 7, null, {}]) {
      const user = await me(token(claimsFor(uniqueName('sub'), { preferred_username: name, name: 'a\nb' })));
      assert.match(user.username, /^[\w.-]{3,32}$/);
      assert.ok(user.displayName.length >= 3, 'what cannot be a name is none');
    }
  });

  test('own accounts go on beside it; nobody signs in as an external user by password', async () => {
    const user = await signUp(hubbub.url);
    assert.equal((await user.api.get('/me')).status, 200);
    const { username } = await me(token(claimsFor(uniqueName('sub'))));
    for (const password of ['', 'null', 'whatever it is']) {
      assertRefused(await new Api(hubbub.url).post('/auth/login', { username, password }), 401, 'auth.bad_credentials');
    }
    const api = apiOf(token(claimsFor(uniqueName('sub'))));
    assertRefused(await api.patch('/me', { password: 'a new password', currentPassword: '' }), 401, 'auth.bad_credentials');
  });

  async function assertTokenRefused(text, code = 'auth.token_invalid') {
    assertRefused(await apiOf(text).get('/me'), 401, code);
    const client = new ChatClient(hubbub.url, text);
    try {
      await assert.rejects(client.untilConnected(), ({ message, data }) => {
        assertError(data, message);
        return message === code;
      });
    } finally {
      client.close();
    }
  }

  const good = () => claimsFor('refused');
  const without = (claim) => Object.fromEntries(Object.entries(good()).filter(([name]) => name !== claim));
  const cut = (change) => () => change(token(good(), { alg: 'RS256' }));
  const bad = {
    ...Object.fromEntries(
      ['none', 'None', 'NONE', 'nOnE', ''].map((alg) => [`alg ${alg || 'empty'}`, () => token(good(), { header: { alg }, signer: () => '' })]),
    ),
    'alg none, signed': () => token(good(), { header: { alg: 'none' } }),
    'alg hs256': () => token(good(), { header: { alg: 'hs256' } }),
    'RS→HS: the PEM key for the secret': () => token(good(), { signer: (text) => createHmac('sha256', pem).update(text).digest() }),
    'RS→HS: the JWK modulus for the secret': () =>
      token(good(), { header: { alg: 'HS256', kid: 'RS256' }, signer: (text) => createHmac('sha256', Buffer.from(jwkOf('RS256').n, 'base64url')).update(text).digest() }),
    'HS→RS: signed with the secret': () => token(good(), { header: { alg: 'RS256' } }),
    'RS512 with the right key': () => token(good(), { header: { alg: 'RS512' }, signer: (text) => signWithKey('sha512', text, pairs.RS256.privateKey) }),
    'PS256 with the right key': () => token(good(), { header: { alg: 'PS256' }, signer: (text) => signWithKey('sha256', text, { key: pairs.RS256.privateKey, padding: 6 }) }),
    'HS512 with the secret': () => token(good(), { header: { alg: 'HS512' }, signer: (text) => createHmac('sha512', kSecret).update(text).digest() }),
    'ES256 in DER': () => token(good(), { alg: 'ES256', signer: (text) => signWithKey('sha256', text, pairs.ES256.privateKey) }),
    'ES256 r = s = 0': () => token(good(), { alg: 'ES256', signer: () => Buffer.alloc(64) }),
    'EdDSA of zeros': () => token(good(), { alg: 'EdDSA', signer: () => Buffer.alloc(64) }),
    'a key of nobody': () => token(good(), { alg: 'RS256', signer: (text) => signWithKey('sha256', text, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey) }),
    'the kid of another key': () => token(good(), { alg: 'RS256', header: { alg: 'RS256', kid: 'ES256' } }),
    'a key of the set that is not for signatures': () => token(good(), { alg: 'EdDSA', signer: (text) => signers.EdDSA(text, pairs.new) }),
    'kid traversal': () => token(good(), { header: { alg: 'HS256', kid: '../../../../dev/null' }, signer: (text) => createHmac('sha256', '').update(text).digest() }),
    'kid SQL': () => token(good(), { header: { alg: 'HS256', kid: "' UNION SELECT 'x' --" }, signer: (text) => createHmac('sha256', 'x').update(text).digest() }),
    jku: () => token(good(), { header: { alg: 'HS256', jku: 'http://127.0.0.1:1/jwks.json' } }),
    x5u: () => token(good(), { header: { alg: 'HS256', x5u: 'http://127.0.0.1:1/cert.pem' } }),
    'an embedded jwk': () => token(good(), { alg: 'EdDSA', header: { alg: 'EdDSA', jwk: jwkOf('new') }, signer: (text) => signers.EdDSA(text, pairs.new) }),
    crit: () => token(good(), { header: { alg: 'HS256', crit: ['x'], x: 1 } }),
    'no exp': () => token(without('exp')),
    'exp a string': () => token({ ...good(), exp: `${now() + 600}` }),
    'nbf in the future': () => token({ ...good(), nbf: now() + 3600 }),
    'iat in 2100': () => token({ ...good(), iat: 4102444800, exp: 4102448400 }),
    'no iss': () => token(without('iss')),
    'wrong iss': () => token({ ...good(), iss: 'https://app.example.evil' }),
    'the server’s own iss': () => token({ ...good(), iss: 'hubbub', sub: '1', sid: '1', typ: 'access' }),
    'iss an array': () => token({ ...good(), iss: ['https://app.example'] }),
    'no aud': () => token(without('aud')),
    'wrong aud': () => token({ ...good(), aud: 'hubbub2' }),
    'an audience array of others': () => token({ ...good(), aud: ['hub', 'hubbub.example', 7, null] }),
    'an empty audience array': () => token({ ...good(), aud: [] }),
    'no sub': () => token(without('sub')),
    'sub empty': () => token({ ...good(), sub: '' }),
    'sub a number': () => token({ ...good(), sub: 1 }),
    'sub with a NUL': () => token({ ...good(), sub: 'a\u0000b' }),
    'sub of 256 bytes': () => token({ ...good(), sub: 'x'.repeat(256) }),
    'a signature cut off': cut((text) => text.slice(0, -8)),
    'an empty signature': cut((text) => text.slice(0, text.lastIndexOf('.') + 1)),
    'no signature': cut((text) => text.slice(0, text.lastIndexOf('.'))),
    'an extra dot': cut((text) => `${text}.`),
    'a fourth part': cut((text) => `${text}.e30`),
    'claims of another token': () => [token(good(), { alg: 'RS256' }).split('.')[0], base64url(claimsFor('victim')), token(good(), { alg: 'RS256' }).split('.')[2]].join('.'),
  };
  for (const [name, make] of Object.entries(bad)) test(`refused: ${name}`, () => assertTokenRefused(make()));

  test('expired: auth.token_expired', () => assertTokenRefused(token({ ...good(), iat: now() - 600, exp: now() - 1 }), 'auth.token_expired'));

  test('a refused token makes no user', async () => {
    const sql = await hubbub.sql();
    try {
      const { rows } = await sql.query(`SELECT username FROM chat_user WHERE "externalSubject" IN ('refused', 'victim', '1')`);
      assert.deepEqual(rows, []);
    } finally {
      await sql.end();
    }
  });

  test('it is no refresh token, and a refresh token is no access token', async () => {
    const text = token(claimsFor(uniqueName('sub')));
    assert.equal((await apiOf(text).get('/me')).status, 200);
    assertRefused(await new Api(hubbub.url).post('/auth/refresh', { refreshToken: text }), 401, 'auth.token_invalid');
    const { session } = await signUp(hubbub.url);
    await assertTokenRefused(session.refreshToken);
  });

  test('expiry mid-connection: the socket is told and closed; another token of the same user renews it, none of others', async () => {
    const sub = uniqueName('sub');
    const client = await ChatClient.connect(hubbub.url, token(claimsFor(sub, { exp: now() + 3 })), { reconnection: false });
    const renewed = await ChatClient.connect(hubbub.url, token(claimsFor(sub, { exp: now() + 3, jti: '2' })), { reconnection: false });
    assertError((await renewed.ask('refresh_token', { token: token(claimsFor(uniqueName('sub'))) })).error, 'auth.token_invalid');
    assert.equal((await renewed.ask('refresh_token', { token: token(claimsFor(sub)) })).ok, true);
    assert.equal((await client.see('disconnected')).code, 'auth.token_expired');
    await client.untilDisconnected();
    assert.equal(renewed.socket.connected, true);
    renewed.close();
  });

  test('revocation mid-connection: a token whose session is ended is refused from then on', async () => {
    const sub = uniqueName('sub');
    const [text, other] = [token(claimsFor(sub)), token(claimsFor(sub, { jti: 'other' }))];
    const client = await ChatClient.connect(hubbub.url, text, { reconnection: false });
    const { sessions } = (await apiOf(other).get('/auth/sessions')).body;
    assert.equal(sessions.length, 2);
    assert.equal((await apiOf(other).delete(`/auth/sessions/${sessions.find(({ current }) => !current).id}`)).status, 204);
    assert.equal((await client.see('disconnected')).code, 'auth.revoked');
    await client.untilDisconnected();
    await assertTokenRefused(text, 'auth.revoked');
    assert.equal((await apiOf(other).post('/auth/logout')).status, 204);
    await assertTokenRefused(other, 'auth.revoked');
  });

  test('a disabled user: auth.revoked', async () => {
    const text = token(claimsFor(uniqueName('sub')));
    const { id } = await me(text);
    const sql = await hubbub.sql();
    try {
      await sql.query('UPDATE chat_user SET "disabledAt" = now() WHERE id = $1', [id]);
    } finally {
      await sql.end();
    }
    await assertTokenRefused(text, 'auth.revoked');
  });

  // Last: it changes the keys.
  test('SIGHUP reads the key set again; one that is broken changes nothing', async () => {
    const withNew = () => token(claimsFor('later'), { alg: 'EdDSA', signer: (text) => signers.EdDSA(text, pairs.new) });
    const withOld = () => token(claimsFor('later'), { alg: 'RS256' });
    writeFileSync(jwks(), '{"keys": [');
    hubbub.program.signal('SIGHUP');
    await until('the broken set to be reported', () => hubbub.program.log.includes('external_keys_not_renewed'));
    assert.equal((await apiOf(withOld()).get('/me')).status, 200);
    writeFileSync(jwks(), JSON.stringify({ keys: [jwkOf('new')] }));
    hubbub.program.signal('SIGHUP');
    await until('the new key to be taken', async () => (await apiOf(withNew()).get('/me')).status === 200);
    await until('the old key to be refused', async () => (await apiOf(withOld()).get('/me')).status === 401);
  });
});
