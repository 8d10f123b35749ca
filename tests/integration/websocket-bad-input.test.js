import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Hubbub } from '../support/hubbub.js';
import { RawConnection } from '../support/raw-tcp.js';
import { closeFrame, frame, handshake, kOpcode, RawWebSocket } from '../support/raw-websocket.js';
import { Witness } from '../support/witness.js';

const kPath = '/socket.io/?EIO=4&transport=websocket';
const { text, binary, continuation, close, ping, pong } = kOpcode;
const bytes = (...values) => Buffer.from(values);

/** Name, frames, and the close code (or one of several) that the server must give. */
const violations = [
  ['an unmasked frame', [frame(text, '40', { mask: false })], 1002],
  ['an unmasked ping', [frame(ping, '', { mask: false })], 1002],
  ...[1, 2, 3, 4, 7].map((rsv) => [`reserved bits ${rsv}`, [frame(text, '40', { rsv })], 1002]),
  ['reserved bit 1 on a continuation', [frame(text, '4', { fin: false }), frame(continuation, '0', { rsv: 4 })], 1002],
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => [`reserved opcode ${opcode}`, [frame(opcode, 'x')], 1002]),
  ['a fragmented ping', [frame(ping, 'x', { fin: false })], 1002],
  ['a fragmented close', [frame(close, bytes(3, 232), { fin: false })], 1002],
  ['a ping over 125 bytes', [frame(ping, 'x'.repeat(126))], 1002],
  ['a close over 125 bytes', [closeFrame(1000, 'x'.repeat(124))], 1002],
  ['16-bit length for 5 bytes', [frame(text, 'hello', { lengthBytes: 2 })], 1002],
  ['64-bit length for 5 bytes', [frame(text, 'hello', { lengthBytes: 8 })], 1002],
  ['64-bit length for 300 bytes', [frame(text, 'x'.repeat(300), { lengthBytes: 8 })], 1002],
  ['a length of 2^62', [frame(text, 'x', { length: 2n ** 62n, lengthBytes: 8 })], 1009],
  ['a length of 2^63', [frame(text, 'x', { length: 2n ** 63n, lengthBytes: 8 })], [1002, 1009]],
  ['a length of 2^64 - 1', [frame(text, 'x', { length: 2n ** 64n - 1n, lengthBytes: 8 })], [1002, 1009]],
  ['a length of one over the limit', [frame(text, '4', { length: 1_000_001 })], 1009],
  ['fragments over the limit', [frame(text, 'x'.repeat(600_000), { fin: false }), frame(continuation, 'x'.repeat(600_000))], 1009],
  ['a continuation without start', [frame(continuation, 'x')], 1002],
  ['a continuation after the end', [frame(text, '4', { fin: false }), frame(continuation, '0'), frame(continuation, 'x')], 1002],
  ['new text in the middle of fragments', [frame(text, '4', { fin: false }), frame(text, '0')], 1002],
  ['new binary in the middle of fragments', [frame(binary, 'x', { fin: false }), frame(binary, 'x')], 1002],
  ['invalid UTF-8', [frame(text, bytes(0x34, 0xff))], 1007],
  ['overlong UTF-8', [frame(text, bytes(0x34, 0xc0, 0xaf))], 1007],
  ['a surrogate in UTF-8', [frame(text, bytes(0x34, 0xed, 0xa0, 0x80))], 1007],
  ['beyond U+10FFFF', [frame(text, bytes(0x34, 0xf4, 0x90, 0x80, 0x80))], 1007],
  ['UTF-8 cut off at the end', [frame(text, bytes(0x34, 0xe2, 0x82))], 1007],
  ['invalid UTF-8 split over frames', [frame(text, bytes(0x34, 0xe2), { fin: false }), frame(continuation, bytes(0x28, 0xa1))], 1007],
  ['invalid UTF-8 in a fragment: at once', [frame(text, bytes(0x34, 0xff), { fin: false })], 1007],
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535].map((code) => [`close code ${code}`, [closeFrame(code)], 1002]),
  ['a close of one byte', [frame(close, bytes(3))], 1002],
  ['a close reason that is not UTF-8', [frame(close, bytes(3, 232, 0xff, 0xfe))], [1002, 1007]],
];

/** Name, replaced headers, and the status that refuses the handshake. */
const handshakes = [
  ['no Sec-WebSocket-Key', { 'Sec-WebSocket-Key': undefined }, 400],
  ['an empty key', { 'Sec-WebSocket-Key': '' }, 400],
  ['a key of 15 bytes', { 'Sec-WebSocket-Key': Buffer.alloc(15).toString('base64') }, 400],
  ['a key that is not base64', { 'Sec-WebSocket-Key': '!!!!!!!!!!!!!!!!!!!!!!==' }, 400],
  ['no version', { 'Sec-WebSocket-Version': undefined }, [400, 426]],
  ['version 8', { 'Sec-WebSocket-Version': '8' }, [400, 426]],
  ['version 13 and 8', { 'Sec-WebSocket-Version': '13, 8' }, [400, 426]],
  ['version abc', { 'Sec-WebSocket-Version': 'abc' }, [400, 426]],
  ['no Connection: Upgrade', { Connection: 'keep-alive' }, 400],
  ['no Upgrade', { Upgrade: undefined }, 400],
  ['Upgrade to something else', { Upgrade: 'h2c' }, 400],
];

describe('WebSocket bad input', () => {
  let hubbub;
  let witness;
  const openSocket = (headers) => RawWebSocket.open(hubbub.port, kPath, headers);
  before(async () => {
    hubbub = await Hubbub.start();
    witness = await Witness.start(hubbub);
  });
  after(async () => {
    witness?.close();
    await hubbub?.stop();
  });
  afterEach(() => witness.check());

  /** A socket that has joined `/` and can have events acknowledged. */
  async function connected() {
    const socket = await openSocket();
    await socket.write(frame(text, `40${JSON.stringify({ token: witness.alice.session.accessToken })}`));
    while (!(await socket.text()).startsWith('42["connected"'));
    return socket;
  }

  for (const [name, frames, code] of violations) {
    test(`${name}: close ${[code].flat().join(' or ')}`, async () => {
      const socket = await openSocket();
      for (const one of frames) socket.write(one);
      const got = await socket.closeCode();
      assert.ok([code].flat().includes(got), `close ${got}`);
      socket.write(closeFrame(1000));
      await socket.raw.untilEnded();
    });
  }

  for (const [name, headers, status] of handshakes) {
    test(`handshake with ${name}: ${[status].flat().join(' or ')}`, async () => {
      const raw = await RawConnection.open(hubbub.port);
      await raw.write(handshake(kPath, headers));
      const answer = await raw.response();
      assert.ok([status].flat().includes(answer.status), `${answer.status} ${answer.body}`);
      if (answer.status === 426) assert.equal(answer.headers['sec-websocket-version'], '13');
      raw.close();
    });
  }

  test('handshake by POST: 400 or 405', async () => {
    const raw = await RawConnection.open(hubbub.port);
    await raw.write(handshake(kPath, { 'Content-Length': '0' }).replace('GET', 'POST'));
    assert.ok([400, 405].includes((await raw.response()).status));
    raw.close();
  });

  test('handshake in HTTP/1.0: 400 or 426', async () => {
    const raw = await RawConnection.open(hubbub.port);
    await raw.write(handshake(kPath).replace('HTTP/1.1', 'HTTP/1.0'));
    assert.ok([400, 426, 505].includes((await raw.response()).status));
    raw.close();
  });

  for (const offer of [
    'permessage-deflate',
    'permessage-deflate; server_max_window_bits=7; client_max_window_bits=99',
    'permessage-deflate; server_max_window_bits=10; server_max_window_bits=10',
    `${'permessage-deflate; x="\\"", '.repeat(200)}y`,
    ';;;,,,===""',
  ]) {
    test(`extension offer ${offer.slice(0, 60)}: nothing negotiated`, async () => {
      const raw = await RawConnection.open(hubbub.port);
      await raw.write(handshake(kPath, { 'Sec-WebSocket-Extensions': offer }));
      const answer = await raw.response();
      assert.ok([101, 400].includes(answer.status), `${answer.status}`);
      assert.equal(answer.headers['sec-websocket-extensions'], undefined);
      raw.close();
    });
  }

  test('frames in the same write as the handshake are read after it', async () => {
    const raw = await RawConnection.open(hubbub.port);
    await raw.write(Buffer.concat([Buffer.from(handshake(kPath)), frame(ping, 'early')]));
    const answer = await raw.response();
    assert.equal(answer.status, 101);
    const socket = new RawWebSocket(raw, answer);
    let got;
    do got = await socket.next();
    while (got.opcode !== pong);
    assert.equal(got.payload.toString(), 'early');
    socket.close();
  });

  test('an HTTP request behind the handshake is no frame: close 1002', async () => {
    const raw = await RawConnection.open(hubbub.port);
    await raw.write(handshake(kPath) + 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    const answer = await raw.response();
    assert.equal(answer.status, 101);
    assert.equal(await new RawWebSocket(raw, answer).closeCode(), 1002);
    raw.close();
  });

  for (const [name, frames, count] of [
    ['131k one-byte fragments', oneByteFragments(131_072), 131_072],
    ['100k empty fragments', emptyFragments(100_000), 100_000],
  ]) {
    test(`${name}: the message is served, or close 1008 or 1009`, async () => {
      const socket = await connected();
      await socket.write(frames);
      const found = await answerOrClose(socket, '43');
      if (typeof found === 'number') assert.ok([1008, 1009].includes(found), `close ${found} after ${count} frames`);
      else assert.match(found, /^431\[\{/);
      socket.close();
    });
  }

  // RFC 6455, 5.5.3: who is behind may answer the last ping only.
  test('a ping flood: the last ping is answered, or close 1008', async () => {
    const socket = await openSocket();
    await socket.write(Buffer.concat([...Array(20_000).fill(frame(ping, 'x'.repeat(125))), frame(ping, 'the last')]));
    for (;;) {
      const got = await socket.next();
      assert.ok(got, 'closed without a close frame');
      if (got.opcode === close) return assert.equal(got.payload.readUInt16BE(), 1008);
      if (got.opcode === pong && got.payload.toString() === 'the last') break;
    }
    socket.close();
  });

  test('an unasked pong is ignored', async () => {
    const socket = await openSocket();
    await socket.write(Buffer.concat([frame(pong, 'nobody asked'), frame(ping, 'x')]));
    for (;;) {
      const got = await socket.next();
      if (got.opcode === pong) break;
      assert.notEqual(got.opcode, close);
    }
    socket.close();
  });

  for (const code of [1000, 1001, 1003, 1007, 1011, 3000, 4999]) {
    test(`a close with ${code} is answered with the same code`, async () => {
      const socket = await openSocket();
      await socket.write(closeFrame(code, 'grüße'));
      assert.equal(await socket.closeCode(), code);
      await socket.raw.untilEnded();
    });
  }

  test('a close without a code is answered', async () => {
    const socket = await openSocket();
    await socket.write(frame(close));
    assert.ok([1000, 1005].includes(await socket.closeCode()));
    await socket.raw.untilEnded();
  });

  test('every frame byte by byte', async () => {
    const socket = await openSocket();
    const packet = `40${JSON.stringify({ token: witness.alice.session.accessToken })}`;
    for (const byte of frame(text, packet)) await socket.write(bytes(byte));
    while (!(await socket.text()).startsWith('42["connected"'));
    socket.close();
  });

  test('a client that vanishes in mid-frame leaves nothing behind', async () => {
    for (let i = 0; i < 50; ++i) {
      const socket = await openSocket();
      await socket.write(frame(binary, Buffer.alloc(1000)).subarray(0, 500));
      if (i % 2) socket.raw.socket.resetAndDestroy();
      else socket.close();
    }
  });
});

/** An event with an ack id whose text comes in `count` frames of one byte. */
function oneByteFragments(count) {
  const start = '421["no_such_event","';
  const packet = `${start}${'x'.repeat(count - start.length - 2)}"]`;
  return Buffer.concat([...packet].map((c, i) => frame(i === 0 ? text : continuation, c, { fin: i === packet.length - 1 })));
}

function emptyFragments(count) {
  const empty = frame(continuation, '', { fin: false });
  return Buffer.concat([
    frame(text, '421["no_such_event"', { fin: false }),
    ...Array(count).fill(empty),
    frame(continuation, ']', { fin: true }),
  ]);
}

/** The first text message that starts with `prefix`, or the close code. */
async function answerOrClose(socket, prefix) {
  for (;;) {
    const got = await socket.next(20_000);
    if (!got) throw new Error('closed without a close frame');
    if (got.opcode === close) return got.payload.readUInt16BE();
    if (got.opcode === text && got.payload.toString().startsWith(prefix)) return got.payload.toString();
  }
}
