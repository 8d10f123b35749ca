import { createHash, randomBytes } from 'node:crypto';
import { RawConnection } from './raw-tcp.js';
import { within } from './wait.js';

export const kOpcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/** The bytes of one frame. Each rule of RFC 6455 can be broken: `mask`, `rsv`, `opcode`, and `length` as it is announced. */
export function frame(opcode, payload = '', { fin = true, rsv = 0, mask = true, length, lengthBytes } = {}) {
  const data = Buffer.from(payload);
  const announced = BigInt(length ?? data.length);
  const size = lengthBytes ?? (announced < 126n ? 0 : announced < 65_536n ? 2 : 8);
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode, (mask ? 0x80 : 0) | (size === 0 ? Number(announced) : size === 2 ? 126 : 127)];
  for (let i = size - 1; i >= 0; --i) head.push(Number((announced >> BigInt(8 * i)) & 0xffn));
  if (!mask) return Buffer.concat([Buffer.from(head), data]);
  const key = randomBytes(4);
  return Buffer.concat([Buffer.from(head), key, data.map((byte, i) => byte ^ key[i % 4])]);
}

export function closeFrame(code, reason = '') {
  return frame(kOpcode.close, Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]));
}

export function handshake(path, headers = {}) {
  const all = {
    Host: '127.0.0.1',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** A WebSocket by hand, on raw TCP: says what it likes, and reads the server's frames. */
export class RawWebSocket {
  static async open(port, path, headers) {
    const raw = await RawConnection.open(port);
    await raw.write(handshake(path, headers));
    const answer = await raw.response();
    if (answer?.status !== 101) throw new Error(`no 101: ${JSON.stringify(answer)}`);
    const expected = createHash('sha1').update('dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11');
    if (answer.headers['sec-websocket-accept'] !== expected.digest('base64')) throw new Error('wrong Sec-WebSocket-Accept');
    return new RawWebSocket(raw, answer);
  }

  constructor(raw, answer) {
    this.raw = raw;
    this.answer = answer;
  }

  write(bytes) {
    return this.raw.write(bytes);
  }

  /** The next frame {opcode, payload}, or undefined at the end of the connection. */
  async next(timeoutMs = 5000) {
    const found = await this.raw.take('a frame', parseFrame, timeoutMs);
    if (found) this.raw.received = this.raw.received.subarray(found.length);
    return found;
  }

  /** The next text message. Other frames on the way are skipped. */
  async text(timeoutMs = 5000) {
    for (;;) {
      const found = await this.next(timeoutMs);
      if (!found) throw new Error('the connection ended');
      if (found.opcode === kOpcode.text) return found.payload.toString();
    }
  }

  /** The code of the server's close frame (1005: without one; undefined: it ended the connection without a close frame). */
  closeCode(timeoutMs = 5000) {
    const code = (async () => {
      for (;;) {
        const found = await this.next(timeoutMs);
        if (!found) return undefined;
        if (found.opcode === kOpcode.close) return found.payload.length < 2 ? 1005 : found.payload.readUInt16BE();
      }
    })();
    return within('a close frame', code, timeoutMs);
  }

  close() {
    this.raw.close();
  }
}

function parseFrame(bytes) {
  if (bytes.length < 2) return undefined;
  if (bytes[1] & 0x80) throw new Error('a frame of the server is masked');
  let length = bytes[1];
  let start = 2;
  if (length === 126) {
    if (bytes.length < 4) return undefined;
    [length, start] = [bytes.readUInt16BE(2), 4];
  } else if (length === 127) {
    if (bytes.length < 10) return undefined;
    [length, start] = [Number(bytes.readBigUInt64BE(2)), 10];
  }
  if (bytes.length < start + length) return undefined;
  return { opcode: bytes[0] & 0x0f, payload: bytes.subarray(start, start + length), length: start + length };
}
