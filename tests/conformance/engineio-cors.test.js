import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { startConformanceServer } from '../support/conformance-server.js';
import { PollingSession, WebSocketSession } from '../support/engineio.js';
import { request } from '../support/http.js';
import { test } from '../support/timed-test.js';

const kOrigin = { Origin: 'http://app.example' };

// conformance_server allows every origin, as the public suites ask, so that they run in a browser too.
describe('Engine.IO CORS, any origin', () => {
  let server;
  before(async () => void (server = await startConformanceServer()));
  after(() => server.stop());

  const assertAllowed = (headers) => {
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.equal(headers['access-control-allow-credentials'], undefined, 'credentials only with an explicit origin');
  };

  test('handshake, poll and POST', async () => {
    const opened = await request(`${server.engineio}?EIO=4&transport=polling`, { headers: kOrigin });
    assertAllowed(opened.headers);
    const session = new PollingSession(server.engineio, JSON.parse(opened.text.slice(1)), true);
    assertAllowed((await session.post('4hello', { headers: kOrigin })).headers);
    assertAllowed((await session.get({ headers: kOrigin })).headers);
  });

  test('preflight: 204, with what was asked for', async () => {
    const headers = {
      ...kOrigin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type,x-own',
    };
    const answer = await request(`${server.engineio}?EIO=4&transport=polling&sid=abc`, { method: 'OPTIONS', headers });
    assert.equal(answer.status, 204);
    assert.equal(answer.text, '');
    assertAllowed(answer.headers);
    assert.match(answer.headers['access-control-allow-methods'], /\bPOST\b/);
    assert.match(answer.headers['access-control-allow-headers'], /content-type/i);
  });

  test('errors', async () => {
    const answer = await request(`${server.engineio}?EIO=4&transport=abc`, { headers: kOrigin });
    assert.equal(answer.status, 400);
    assertAllowed(answer.headers);
  });

  test('the 101', async () => {
    const session = new WebSocketSession(server.engineio, { headers: kOrigin });
    const headers = await new Promise((resolve) => {
      session.socket.on('upgrade', (response) => resolve(response.headers));
    });
    assertAllowed(headers);
    session.close();
  });

  test('no cookie on the handshake by default', async () => {
    const { headers } = await request(`${server.engineio}?EIO=4&transport=polling`);
    assert.equal(headers['set-cookie'], undefined);
  });
});

describe('Engine.IO CORS, origins that a function allows', () => {
  let server;
  before(async () => {
    const options = ['--origin-suffix', '.example', '--credentials', '--exposed-header', 'X-Own', '--cors-max-age', '600'];
    server = await startConformanceServer({ options });
  });
  after(() => server.stop());

  const ask = (origin, method) => request(`${server.engineio}?EIO=4&transport=polling`, { method, headers: { Origin: origin } });

  test('an allowed one is named, with the exposed headers; the preflight says for how long', async () => {
    const { headers } = await ask(kOrigin.Origin, 'GET');
    assert.equal(headers['access-control-allow-origin'], kOrigin.Origin);
    assert.equal(headers['access-control-allow-credentials'], 'true');
    assert.equal(headers['access-control-expose-headers'], 'X-Own,X-Other');
    assert.equal(headers.vary, 'Origin');
    assert.equal((await ask(kOrigin.Origin, 'OPTIONS')).headers['access-control-max-age'], '600');
  });

  test('another one is not', async () => {
    const { headers } = await ask('http://evil.test', 'GET');
    assert.equal(headers['access-control-allow-origin'], undefined);
    assert.equal(headers.vary, 'Origin');
  });
});

describe('Engine.IO CORS, one origin with credentials', () => {
  let server;
  before(async () => {
    server = await startConformanceServer({ options: ['--origin', kOrigin.Origin, '--credentials'] });
  });
  after(() => server.stop());

  const handshake = (origin, options = {}) =>
    request(`${server.engineio}?EIO=4&transport=polling`, { headers: origin ? { origin } : {}, ...options });

  test('the origin is named, with credentials, and Vary: Origin', async () => {
    for (const answer of [
      await handshake(kOrigin.Origin),
      await handshake(kOrigin.Origin, { method: 'OPTIONS' }),
      await request(`${server.engineio}?EIO=4&transport=abc`, { headers: kOrigin }),
    ]) {
      assert.equal(answer.headers['access-control-allow-origin'], kOrigin.Origin);
      assert.equal(answer.headers['access-control-allow-credentials'], 'true');
      assert.equal(answer.headers.vary, 'Origin');
    }
  });

  for (const origin of ['http://app.example.evil', 'http://sub.app.example', 'https://app.example', 'null', undefined]) {
    test(`another origin is not, but Vary: Origin stays: ${origin}`, async () => {
      const answer = await handshake(origin);
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
      assert.equal(answer.headers['access-control-allow-credentials'], undefined);
      assert.equal(answer.headers.vary, 'Origin');
    });
  }
});
