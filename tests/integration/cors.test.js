import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { signUp } from '../support/api.js';
import { ChatClient } from '../support/chat-client.js';
import { WebSocketSession } from '../support/engineio.js';
import { request } from '../support/http.js';
import { Hubbub } from '../support/hubbub.js';

const kAllowed = 'https://app.example';
const kHandshake = '?EIO=4&transport=polling';

const foreign = [
  'null',
  'https://app.example.evil',
  'https://evil-app.example',
  'https://app.example:443.evil',
  'https://app.example@evil.example',
  'http://app.example',
  'https://app.example:8443',
  'https://APP.example.',
  'https://sub.app.example',
  '*',
];

const allowedOrigin = (answer) => answer.headers['access-control-allow-origin'];

describe('CORS off, as it is by default', () => {
  let hubbub;
  before(async () => void (hubbub = await Hubbub.start()));
  after(() => hubbub?.stop());

  test('no origin is allowed, on no route', async () => {
    for (const path of [`/socket.io/${kHandshake}`, '/api/v1/config', '/socket.io/?EIO=4&transport=abc', '/healthz']) {
      const answer = await request(`${hubbub.url}${path}`, { headers: { Origin: kAllowed } });
      assert.equal(allowedOrigin(answer), undefined, path);
    }
  });

  test('cross-site WebSocket hijacking: nothing that a browser sends of itself lets anybody in', async () => {
    const { session } = await signUp(hubbub.url);
    const cookie = ['token', 'accessToken', 'session', 'io'].map((name) => `${name}=${session.accessToken}`).join('; ');
    const extraHeaders = { origin: 'https://evil.example', cookie, authorization: `Bearer ${session.accessToken}` };
    for (const transports of [['websocket'], ['polling']]) {
      await assert.rejects(ChatClient.connect(hubbub.url, undefined, { extraHeaders, transports }), { message: 'auth.token_missing' });
    }
    const { status, headers } = await request(`${hubbub.url}/api/v1/me`, { headers: { origin: 'https://evil.example', cookie } });
    assert.equal(status, 401);
    assert.equal(headers['set-cookie'], undefined);
  });

  test('a preflight allows nothing', async () => {
    const headers = { Origin: kAllowed, 'Access-Control-Request-Method': 'POST' };
    const answer = await request(`${hubbub.url}/socket.io/${kHandshake}`, { method: 'OPTIONS', headers });
    assert.equal(allowedOrigin(answer), undefined);
    assert.equal(answer.headers['access-control-allow-methods'], undefined);
  });
});

describe('CORS with one origin', () => {
  let hubbub;
  let endpoint;
  before(async () => {
    hubbub = await Hubbub.start({ env: { HUBBUB_CORS_ORIGINS: kAllowed } });
    endpoint = `${hubbub.url}/socket.io/`;
  });
  after(() => hubbub?.stop());

  const varies = (answer) => (answer.headers.vary ?? '').split(/,\s*/).some((name) => name.toLowerCase() === 'origin');

  test('its pages may read handshake and errors; both vary by origin', async () => {
    for (const query of [kHandshake, '?EIO=4&transport=abc']) {
      const answer = await request(`${endpoint}${query}`, { headers: { Origin: kAllowed } });
      assert.equal(allowedOrigin(answer), kAllowed);
      assert.ok(varies(answer));
    }
  });

  test('preflight: 204', async () => {
    const headers = { Origin: kAllowed, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'x-own' };
    const answer = await request(`${endpoint}${kHandshake}`, { method: 'OPTIONS', headers });
    assert.equal(answer.status, 204);
    assert.equal(allowedOrigin(answer), kAllowed);
    assert.match(answer.headers['access-control-allow-methods'], /\bPOST\b/);
    assert.match(answer.headers['access-control-allow-headers'], /x-own/i);
    assert.ok(varies(answer));
  });

  test('the 101 carries it too', async () => {
    const session = new WebSocketSession(endpoint, { headers: { Origin: kAllowed } });
    const headers = await new Promise((resolve) => session.socket.on('upgrade', (response) => resolve(response.headers)));
    assert.equal(headers['access-control-allow-origin'], kAllowed);
    session.close();
  });

  for (const origin of foreign) {
    test(`not for ${origin}`, async () => {
      const answer = await request(`${endpoint}${kHandshake}`, { headers: { Origin: origin } });
      assert.notEqual(allowedOrigin(answer), origin);
      assert.notEqual(allowedOrigin(answer), '*');
      assert.notEqual(allowedOrigin(answer), 'null');
      assert.ok(varies(answer), 'a cache must not mix the answers');
    });
  }
});
