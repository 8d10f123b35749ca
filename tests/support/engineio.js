import { WebSocket } from 'ws';
import { request } from './http.js';
import { Queue } from './queue.js';
import { until, within } from './wait.js';

export const kSeparator = '\x1e';

export const isPing = (packet) => packet === '2';

/** A long-polling session, by hand. Pings are answered and left out unless `heartbeat` is false. */
export class PollingSession {
  static async open(endpoint, { heartbeat = true, query = '' } = {}) {
    const answer = await request(`${endpoint}?EIO=4&transport=polling${query}`);
    if (answer.status !== 200) throw new Error(`handshake: ${answer.status} ${answer.text}`);
    return new PollingSession(endpoint, JSON.parse(answer.text.slice(1)), heartbeat);
  }

  constructor(endpoint, handshake, heartbeat) {
    this.endpoint = endpoint;
    this.handshake = handshake;
    this.sid = handshake.sid;
    this.heartbeat = heartbeat;
  }

  get url() {
    return `${this.endpoint}?EIO=4&transport=polling&sid=${this.sid}`;
  }

  /** One GET, as it is. */
  get(options) {
    return request(this.url, options);
  }

  post(body, options = {}) {
    return request(this.url, { method: 'POST', body, ...options });
  }

  /** The packets of the next answer that holds other packets than pings. */
  async poll() {
    for (;;) {
      const answer = await this.get();
      if (answer.status !== 200) throw new Error(`poll: ${answer.status} ${answer.text}`);
      const packets = answer.text.split(kSeparator);
      if (!this.heartbeat) return packets;
      if (packets.some(isPing)) await this.post('3');
      const rest = packets.filter((packet) => !isPing(packet));
      if (rest.length > 0) return rest;
    }
  }

  /** Polls until `count` packets (pings aside) have come. */
  async take(count) {
    const packets = [];
    while (packets.length < count) packets.push(...(await this.poll()));
    return packets;
  }

  /** Is the session gone for the server? Asks with the wrong transport, which does nothing to one that lives. */
  async isDead() {
    const answer = await request(`${this.endpoint}?EIO=4&transport=websocket&sid=${this.sid}`);
    return JSON.parse(answer.text).code === 1;
  }

  untilDead(timeoutMs = 2000) {
    return until('the session to be closed', () => this.isDead(), { timeoutMs });
  }
}

/** A WebSocket session, by hand: packets as text (string) or binary (Buffer), in the order they came. */
export class WebSocketSession {
  #packets = new Queue();

  /** Opens a session of its own and takes the open packet. */
  static async open(endpoint, options = {}) {
    const session = new WebSocketSession(endpoint, options);
    const open = await session.next('the open packet');
    session.handshake = JSON.parse(open.slice(1));
    session.sid = session.handshake.sid;
    return session;
  }

  /** A WebSocket for the polling session `sid`. */
  static async probe(endpoint, sid, options = {}) {
    const session = new WebSocketSession(endpoint, { ...options, query: `&sid=${sid}` });
    await session.opened;
    return session;
  }

  constructor(endpoint, { heartbeat = true, query = '', ...options } = {}) {
    const url = `${endpoint.replace(/^http/, 'ws')}?EIO=4&transport=websocket${query}`;
    this.socket = new WebSocket(url, { allowSynchronousEvents: false, perMessageDeflate: false, ...options });
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
    });
    this.opened.catch(() => {});
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.closed.then(() => this.#packets.end());
    this.socket.on('error', () => {});
    this.socket.on('message', (data, isBinary) => {
      const packet = isBinary ? data : data.toString();
      if (heartbeat && isPing(packet)) this.socket.send('3');
      else this.#packets.push(packet);
    });
  }

  send(packet) {
    this.socket.send(packet);
  }

  next(what = 'a packet', timeoutMs = 5000) {
    return this.#packets.next(what, timeoutMs);
  }

  async take(count) {
    const packets = [];
    while (packets.length < count) packets.push(await this.next());
    return packets;
  }

  /** How many packets wait to be taken. */
  get waiting() {
    return this.#packets.size;
  }

  untilClosed(timeoutMs = 5000) {
    return within('the WebSocket to be closed', this.closed, timeoutMs);
  }

  close() {
    this.socket.terminate();
  }
}
