import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Hubbub } from '../support/hubbub.js';
import { RawConnection } from '../support/raw-tcp.js';
import { Witness } from '../support/witness.js';

const kHeadTimeoutMs = 1000;
const kBodyTimeoutMs = 1000;

const host = 'Host: 127.0.0.1\r\n';
const get = (target, headers = host) => `GET ${target} HTTP/1.1\r\n${headers}\r\n`;
/** The body of a request that is cheap for the server and answered with 401. */
const json = '{"refreshToken":"not one of ours"}';
const post = (headers, body = '') =>
  `POST /api/v1/auth/refresh HTTP/1.1\r\n${host}Content-Type: application/json\r\n${headers}\r\n${body}`;
const chunked = (body, trailers = '') => post('Transfer-Encoding: chunked\r\n', `${body}${trailers}`);
const inChunks = `${json.length.toString(16)}\r\n${json}\r\n0\r\n\r\n`;
/** A second request that must not be answered: it only exists for who reads the framing wrongly. */
const smuggled = get('/healthz');

/** Name, bytes, the status it must have (or one of several), and whether the connection goes on afterwards. */
const framing = [
  ['Content-Length with Transfer-Encoding', post(`Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`, inChunks + smuggled), 400],
  ['Transfer-Encoding with Content-Length', post(`Transfer-Encoding: chunked\r\nContent-Length: 5\r\n`, inChunks + smuggled), 400],
  ['Transfer-Encoding: xchunked', post('Transfer-Encoding: xchunked\r\n', inChunks + smuggled), [400, 501]],
  ['Transfer-Encoding: identity', post('Transfer-Encoding: identity\r\n', inChunks + smuggled), [400, 501]],
  ['Transfer-Encoding: gzip, chunked', post('Transfer-Encoding: gzip, chunked\r\n', inChunks + smuggled), [400, 501]],
  ['Transfer-Encoding: chunked, identity', post('Transfer-Encoding: chunked, identity\r\n', inChunks + smuggled), [400, 501]],
  ['Transfer-Encoding: chunked, chunked', post('Transfer-Encoding: chunked, chunked\r\n', inChunks + smuggled), 400],
  ['Transfer-Encoding twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', inChunks + smuggled), 400],
  ['Transfer-Encoding, one of two unknown', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n', inChunks + smuggled), [400, 501]],
  ['Transfer-Encoding empty', post('Transfer-Encoding: \r\n', inChunks + smuggled), [400, 501]],
  ['Transfer-Encoding with vertical tab', post('Transfer-Encoding: \x0bchunked\r\n', inChunks + smuggled), [400, 501]],
  ['Transfer-Encoding with space before colon', post('Transfer-Encoding : chunked\r\n', inChunks + smuggled), 400],
  ['Transfer-Encoding in HTTP/1.0', post('Transfer-Encoding: chunked\r\n', inChunks).replace('HTTP/1.1', 'HTTP/1.0'), 400],
  ['two differing Content-Lengths', post('Content-Length: 5\r\nContent-Length: 6\r\n', '{"a":1}'), 400],
  ...['+5', '-1', '0x5', '5,5', '5, 6', '5 5', '', '5.0', '1e1', '\x0b5', 'five', '18446744073709551621', '9'.repeat(40)].map((value) => [
    `Content-Length: ${JSON.stringify(value)}`,
    post(`Content-Length: ${value}\r\n`, '{"a":1}'),
    [400, 413],
  ]),
  ['Content-Length 2^63', post('Content-Length: 9223372036854775808\r\n', '{}'), [400, 413]],
  ['Content-Length over the limit', post('Content-Length: 1000001\r\n', '{}'), 413],
  ['chunks over the limit', chunked(`f4241\r\n${'x'.repeat(1_000_001)}\r\n0\r\n\r\n`), 413],
  ['chunk size overflow', chunked(`fffffffffffffffff\r\n${json}\r\n0\r\n\r\n`), [400, 413]],
  ['chunk size 2^64 + 5', chunked(`10000000000000005\r\nhello\r\n0\r\n\r\n`), [400, 413]],
  ['chunk size of 2^63', chunked(`8000000000000000\r\nhello\r\n0\r\n\r\n`), [400, 413]],
  ['chunk size not hexadecimal', chunked(`xyz\r\nhello\r\n0\r\n\r\n`), 400],
  ['chunk size negative', chunked(`-5\r\nhello\r\n0\r\n\r\n`), 400],
  ['chunk size with 0x', chunked(`0x5\r\nhello\r\n0\r\n\r\n`), 400],
  ['chunk size with a sign', chunked(`+5\r\nhello\r\n0\r\n\r\n`), 400],
  ['chunk size empty', chunked(`\r\nhello\r\n0\r\n\r\n`), 400],
  ['chunk longer than its size', chunked(`5\r\nhello world\r\n0\r\n\r\n`), 400],
  ['chunk size ended by a bare LF', chunked(`5\nhello\r\n0\r\n\r\n`), 400],
  ['chunk data ended by a bare LF', chunked(`5\r\nhello\n0\r\n\r\n`), 400],
  ['chunk extension flood', chunked(`5;${'x=y;'.repeat(50_000)}\r\nhello\r\n0\r\n\r\n`), [400, 413, 431]],
  ['trailer section over the limit', chunked(`5\r\nhello\r\n0\r\n${'X-T: y\r\n'.repeat(5000)}\r\n`), [400, 413, 431]],
];

const heads = [
  ['bare LF line ends', `GET /healthz HTTP/1.1\n${host.replace('\r', '')}\n`, 400],
  ['one bare LF among CRLF', get('/healthz', `${host}X-A: b\nX-C: d\r\n`), 400],
  ['bare CR in a value', get('/healthz', `${host}X-A: b\rX-C: d\r\n`), 400],
  ['obs-fold', get('/healthz', `${host}X-A: b\r\n folded\r\n`), 400],
  ['obs-fold by tab', get('/healthz', `${host}X-A: b\r\n\tfolded\r\n`), 400],
  ['space before the colon', get('/healthz', `${host}X-A : b\r\n`), 400],
  ['space before the first field', `GET /healthz HTTP/1.1\r\n ${host}\r\n`, 400],
  ['NUL in a value', get('/healthz', `${host}X-A: b\0c\r\n`), 400],
  ['NUL in a name', get('/healthz', `${host}X-\0A: b\r\n`), 400],
  ['control character in a value', get('/healthz', `${host}X-A: b\x07c\r\n`), 400],
  ['field without colon', get('/healthz', `${host}nonsense\r\n`), 400],
  ['field without name', get('/healthz', `${host}: value\r\n`), 400],
  ['field name with a bracket', get('/healthz', `${host}X[A]: b\r\n`), 400],
  ['no Host', get('/healthz', ''), 400],
  ['two Hosts', get('/healthz', `${host}Host: other\r\n`), 400],
  ['Host not a host', get('/healthz', 'Host: a b/c\r\n'), 400],
  ['headers over 8 KB', get('/healthz', `${host}${`X-A: ${'a'.repeat(1000)}\r\n`.repeat(9)}`), 431],
  ['one header over 8 KB', get('/healthz', `${host}X-A: ${'a'.repeat(9000)}\r\n`), 431],
  ['a header that never ends', `GET /healthz HTTP/1.1\r\n${host}X-A: ${'a'.repeat(100_000)}`, 431],
  ['101 headers', get('/healthz', `${host}${'X: y\r\n'.repeat(100)}`), 431],
  ['URL over 8 KB', get(`/healthz?${'a'.repeat(8200)}`), 414],
  ['a URL that never ends', `GET /${'a'.repeat(100_000)}`, 414],
  ['method that never ends', 'A'.repeat(100_000), [400, 414, 501]],
  ['no HTTP version', 'GET /healthz\r\n\r\n', 400],
  ['HTTP/0.9', 'GET /healthz HTTP/0.9\r\n\r\n', [400, 505]],
  ['HTTP/2.0', `GET /healthz HTTP/2.0\r\n${host}\r\n`, [400, 505]],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 505]],
  ['version in lower case', `GET /healthz http/1.1\r\n${host}\r\n`, 400],
  ['version with letters', `GET /healthz HTTP/1.x\r\n${host}\r\n`, 400],
  ['two spaces before the version', `GET /healthz  HTTP/1.1\r\n${host}\r\n`, 400],
  ['a space in the target', `GET /heal thz HTTP/1.1\r\n${host}\r\n`, 400],
  ['a tab for a space', `GET\t/healthz\tHTTP/1.1\r\n${host}\r\n`, 400],
  ['target without slash', `GET healthz HTTP/1.1\r\n${host}\r\n`, 400],
  ['method not a token', `G(T /healthz HTTP/1.1\r\n${host}\r\n`, 400],
  ['control character in the target', `GET /heal\x01thz HTTP/1.1\r\n${host}\r\n`, 400],
  ['CONNECT', `CONNECT 127.0.0.1:80 HTTP/1.1\r\n${host}\r\n`, [400, 405, 501]],
  ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 400],
  ['garbage', '\xff\xfe\xfd\0\0\0\r\n\r\n', 400],
];

/** Targets that must never leave the web root or confuse routing; nothing of them closes the connection by need. */
const targets = [
  ['bad percent-encoding', '/healthz%zz', [400]],
  ['cut percent-encoding', '/healthz%4', [400]],
  ['NUL, encoded', '/index.html%00.txt', [400, 404]],
  ['..', '/../../../../etc/passwd', [400, 404]],
  ['.. in the middle', '/assets/../../../../etc/passwd', [400, 404]],
  ['.. encoded', '/%2e%2e/%2e%2e/%2e%2e/etc/passwd', [400, 404]],
  ['.. with encoded slash', '/..%2f..%2f..%2fetc%2fpasswd', [400, 404]],
  ['.. doubly encoded', '/%252e%252e/%252e%252e/etc/passwd', [400, 404, 200]],
  ['.. with backslashes', '/..\\..\\..\\etc\\passwd', [400, 404]],
  ['overlong UTF-8 for .', '/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd', [400, 404]],
  ['overlong UTF-8 for /', '/..%c0%af..%c0%afetc/passwd', [400, 404]],
  ['absolute path after double slash', '//etc/passwd', [400, 404, 200]],
];

describe('HTTP bad input', () => {
  let hubbub;
  let witness;
  const open = () => RawConnection.open(hubbub.port);
  before(async () => {
    const env = { HUBBUB_HTTP_HEAD_TIMEOUT_MS: `${kHeadTimeoutMs}`, HUBBUB_HTTP_BODY_TIMEOUT_MS: `${kBodyTimeoutMs}` };
    hubbub = await Hubbub.start({ env });
    witness = await Witness.start(hubbub);
  });
  after(async () => {
    witness?.close();
    await hubbub?.stop();
  });
  afterEach(() => witness.check());

  for (const [name, bytes, status] of [...framing, ...heads]) {
    test(`${name}: ${[status].flat().join(' or ')}, closed`, async () => {
      const raw = await open();
      raw.write(bytes);
      const answer = await raw.response();
      assert.ok(answer, 'an answer before the end');
      assert.ok([status].flat().includes(answer.status), `${answer.status} ${answer.body}`);
      await raw.untilEnded();
      assert.equal(raw.received.length, 0, `nothing after it: ${raw.received}`);
      raw.close();
    });
  }

  for (const [name, target, statuses] of targets) {
    test(`target: ${name}`, async () => {
      const raw = await open();
      await raw.write(get(target));
      const answer = await raw.response();
      assert.ok(statuses.includes(answer.status), `${answer.status} ${answer.body}`);
      assert.doesNotMatch(answer.body, /root:/);
      raw.close();
    });
  }

  const accepted = [
    ['chunked', chunked(inChunks), 401],
    ['Transfer-Encoding in another case', post('Transfer-Encoding: Chunked\r\n', inChunks), 401],
    ['Transfer-Encoding after a tab', post('Transfer-Encoding:\tchunked\r\n', inChunks), 401],
    ['chunks of one byte', chunked(`${[...json].map((c) => `1\r\n${c}\r\n`).join('')}0\r\n\r\n`), 401],
    ['chunk extensions', chunked(`${json.length.toString(16)};a=b;c="d"\r\n${json}\r\n0\r\n\r\n`), 401],
    ['trailers', chunked(`${json.length.toString(16)}\r\n${json}\r\n0\r\nX-T: y\r\n\r\n`), 401],
    ['absolute form', get('http://127.0.0.1/healthz'), 200],
    ['exactly 100 headers', get('/healthz', `${host}${'X: y\r\n'.repeat(99)}`), 200],
    ['values beyond ASCII', get('/healthz', `${host}X-A: \xe9\xff\r\n`), 200],
    ['empty value', get('/healthz', `${host}X-A:\r\n`), 200],
    ['an empty line before the request', `\r\n${get('/healthz')}`, 200],
  ];
  for (const [name, bytes, status] of accepted) {
    test(`accepted, and the connection goes on: ${name}`, async () => {
      const raw = await open();
      raw.write(bytes + get('/healthz'));
      assert.equal((await raw.response()).status, status);
      assert.equal((await raw.response()).status, 200);
      raw.close();
    });
  }

  test('smuggling by trailers: they change nothing of the request or the next', async () => {
    const raw = await open();
    const trailers = 'Content-Length: 100\r\nTransfer-Encoding: chunked\r\nHost: other\r\nAuthorization: Bearer x\r\n';
    raw.write(chunked(inChunks.replace(/\r\n\r\n$/, `\r\n${trailers}\r\n`)) + get('/healthz'));
    const first = await raw.response();
    if (first.status === 400) return raw.untilEnded();
    assert.equal(first.status, 401);
    assert.equal((await raw.response()).status, 200);
    raw.close();
  });

  test('pipelined requests are answered in order', async () => {
    const raw = await open();
    raw.write(get('/healthz') + get('/api/v1/me') + get('/healthz') + get('/api/v1/nowhere'));
    const statuses = [];
    for (let i = 0; i < 4; ++i) statuses.push((await raw.response()).status);
    assert.deepEqual([...statuses.slice(0, 3)], [200, 401, 200]);
    assert.ok([401, 404].includes(statuses[3]));
    raw.close();
  });

  test('a request split at every byte', async () => {
    const request = post(`Content-Length: ${json.length}\r\n`, json);
    for (let at = 1; at < request.length; ++at) {
      const raw = await open();
      await raw.write(request.slice(0, at));
      await new Promise(setImmediate);
      await raw.write(request.slice(at));
      const answer = await raw.response();
      assert.equal(answer.status, 401, `split at ${at}`);
      raw.close();
    }
  });

  test('a request byte by byte', async () => {
    const raw = await open();
    for (const byte of get('/healthz')) await raw.write(byte);
    assert.equal((await raw.response()).status, 200);
    raw.close();
  });

  test('HEAD has no body, and keeps the connection', async () => {
    const raw = await open();
    raw.write(get('/healthz').replace('GET', 'HEAD') + get('/healthz'));
    assert.equal((await raw.response({ head: true })).status, 200);
    assert.equal((await raw.response()).status, 200);
    raw.close();
  });

  for (const [name, request] of [
    ['Connection: close', get('/healthz', `${host}Connection: close\r\n`)],
    ['HTTP/1.0', 'GET /healthz HTTP/1.0\r\n\r\n'],
  ]) {
    test(`closed after the answer: ${name}`, async () => {
      const raw = await open();
      raw.write(request);
      assert.equal((await raw.response()).status, 200);
      await raw.untilEnded();
    });
  }

  test('Expect: 100-continue: 100, then the answer', async () => {
    const raw = await open();
    await raw.write(post(`Content-Length: ${json.length}\r\nExpect: 100-continue\r\n`));
    assert.equal((await raw.response()).status, 100);
    await raw.write(json);
    assert.equal((await raw.response()).status, 401);
    raw.close();
  });

  test('Expect: 100-continue over the limit: 413, and no 100', async () => {
    const raw = await open();
    await raw.write(post('Content-Length: 1000001\r\nExpect: 100-continue\r\n'));
    assert.equal((await raw.response()).status, 413);
    raw.close();
  });

  test('Expect: something else: 417', async () => {
    const raw = await open();
    await raw.write(post(`Content-Length: ${json.length}\r\nExpect: miracles\r\n`, json));
    assert.equal((await raw.response()).status, 417);
    raw.close();
  });

  test('header drip (slowloris): closed by the head timeout', async () => {
    const raw = await open();
    await assertEndedWhileDripping(raw, `GET /healthz HTTP/1.1\r\n${host}X-A: `, kHeadTimeoutMs);
  });

  test('no byte at all behind a half request: closed by the head timeout', async () => {
    const raw = await open();
    await raw.write('GET /heal');
    await raw.untilEnded(kHeadTimeoutMs + 4000);
  });

  test('body drip: closed by the body timeout', async () => {
    const raw = await open();
    await assertEndedWhileDripping(raw, post('Content-Length: 1000\r\n'), kBodyTimeoutMs);
  });
});

async function assertEndedWhileDripping(raw, start, timeoutMs) {
  const since = performance.now();
  await raw.write(start);
  const drip = setInterval(() => raw.write('a'), 50);
  try {
    await raw.untilEnded(timeoutMs + 4000);
  } finally {
    clearInterval(drip);
    raw.close();
  }
  assert.ok(performance.now() - since > timeoutMs * 0.8, 'not before its time');
  const text = raw.received.toString();
  if (text !== '') assert.match(text, /^HTTP\/1\.1 408 /);
}
