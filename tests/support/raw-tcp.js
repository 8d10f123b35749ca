import { connect } from 'node:net';
import { within } from './wait.js';

/** One TCP connection, byte for byte. */
export class RawConnection {
  received = Buffer.alloc(0);
  ended = false;
  #wake = () => {};

  static async open(port) {
    const raw = new RawConnection(port);
    await raw.opened;
    return raw;
  }

  constructor(port) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.opened = new Promise((resolve, reject) => this.socket.once('connect', resolve).once('error', reject));
    this.socket.on('data', (data) => {
      this.received = Buffer.concat([this.received, data]);
      this.#wake();
    });
    this.socket.on('error', () => {});
    for (const event of ['end', 'close']) {
      this.socket.on(event, () => {
        this.ended = true;
        this.#wake();
      });
    }
  }

  /** Resolves when the kernel has the bytes. An error of the connection is seen as its end, not here. */
  write(data) {
    return new Promise((resolve) => this.socket.write(data, 'latin1', resolve));
  }

  /** Waits until `parse(received, ended)` returns something; undefined if the connection ended before. */
  take(what, parse, timeoutMs = 5000) {
    const taken = new Promise((resolve, reject) => {
      this.#wake = () => {
        try {
          const value = parse(this.received, this.ended);
          if (value !== undefined || this.ended) resolve(value);
        } catch (error) {
          reject(error);
        }
      };
      this.#wake();
    });
    return within(what, taken, timeoutMs);
  }

  /** The next HTTP response {status, headers, body}, taken off what was received; undefined at the end. */
  async response({ head = false, timeoutMs = 5000 } = {}) {
    const found = await this.take('an HTTP response', (bytes, ended) => parseResponse(bytes, ended, head), timeoutMs);
    if (found) this.received = this.received.subarray(found.length);
    return found;
  }

  /** Resolves when the server has ended the connection. */
  async untilEnded(timeoutMs = 5000) {
    await within('the server to end the connection', this.take('the end', () => undefined, timeoutMs), timeoutMs);
  }

  close() {
    this.socket.destroy();
  }
}

/** One response at the start of `bytes`, or undefined if it is not all there. Throws on what is no HTTP/1.1 response. */
function parseResponse(bytes, ended, toHead) {
  const text = bytes.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine, ...lines] = text.slice(0, end).split('\r\n');
  const [, status] = statusLine.match(/^HTTP\/1\.[01] (\d{3}) /) ?? raise(`no status line: ${statusLine}`);
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const start = end + 4;
  const hasBody = !toHead && status >= 200 && status !== '204' && status !== '304';
  if (hasBody && headers['content-length'] === undefined && !ended) return undefined;
  const length = hasBody ? Number(headers['content-length'] ?? bytes.length - start) : 0;
  if (bytes.length < start + length) return undefined;
  return { status: Number(status), headers, body: text.slice(start, start + length), length: start + length };
}

function raise(message) {
  throw new Error(message);
}
