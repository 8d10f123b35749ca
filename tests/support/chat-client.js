import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import { signUp } from './api.js';
import { assertAck, assertEvent } from './contract.js';
import { Hubbub } from './hubbub.js';
import { next, until, within } from './wait.js';

const kAckTimeoutMs = 10_000;

/** An unmodified socket.io-client of one user, with every event it got. Events and acks are as documented, or the test fails. */
export class ChatClient {
  events = [];

  /** Connects and waits for `connected`. */
  static async connect(url, token, options = {}) {
    const client = new ChatClient(url, token, options);
    try {
      await client.untilConnected();
    } catch (error) {
      client.close();
      throw error;
    }
    return client;
  }

  constructor(url, token, options = {}) {
    this.socket = io(url, {
      auth: { token },
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
      ...options,
    });
    this.socket.onAny((name, data) => {
      assertEvent(name, data);
      this.events.push({ name, data });
    });
  }

  /** Resolves with the object of the event `connected`; rejects when the server refuses. */
  async untilConnected() {
    const { socket } = this;
    let refused;
    const refusal = new Promise((_, reject) => {
      refused = (error) => {
        if (!socket.active) reject(error);
      };
      socket.on('connect_error', refused);
    });
    try {
      const [connected] = await Promise.race([next(socket, 'connected', { timeoutMs: 30_000 }), refusal]);
      return connected;
    } finally {
      socket.off('connect_error', refused);
    }
  }

  /** Emits with an ack; resolves with the ack's object, `ok` or not. */
  async ask(event, ...args) {
    const ack = await this.socket.timeout(kAckTimeoutMs).emitWithAck(event, ...args);
    assertAck(event, args, ack);
    return ack;
  }

  send(chatChannelId, content, { clientMessageId = randomUUID(), ...rest } = {}) {
    return this.ask('send_message', { chatChannelId, content, clientMessageId, ...rest });
  }

  /** The objects of all events of that name so far. */
  all(name) {
    return this.events.filter((event) => event.name === name).map((event) => event.data);
  }

  /** The first event of that name, past or to come, that `matches`. */
  see(name, matches = () => true, options) {
    const what = `the event "${name}"`;
    return until(what, () => this.events.find((event) => event.name === name && matches(event.data))?.data, options);
  }

  untilDisconnected(timeoutMs = 10_000) {
    if (!this.socket.connected) return Promise.resolve();
    return within('the client to be disconnected', new Promise((resolve) => this.socket.once('disconnect', resolve)), timeoutMs);
  }

  close() {
    this.socket.disconnect();
  }
}

/** What most suites begin with: a server of their own, users, and clients of theirs, which are closed at its end. */
export class Suite {
  #clients = [];

  /** `users`: how many. Resolves with the suite, to take `hubbub` and `users` from. */
  async start({ users = 0, env } = {}) {
    this.hubbub = await Hubbub.start({ env });
    this.users = [];
    while (this.users.length < users) this.users.push(await signUp(this.hubbub.url));
    return this;
  }

  connect = async (user, options) => {
    const client = await ChatClient.connect(this.hubbub.url, user.session.accessToken, options);
    this.#clients.push(client);
    return client;
  };

  async stop() {
    for (const client of this.#clients) client.close();
    await this.hubbub?.stop();
  }
}
