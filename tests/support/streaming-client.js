import { randomUUID } from 'node:crypto';
import { ChatClient } from './chat-client.js';
import { until } from './wait.js';

/**
 * A user in one channel who sends without pause and follows the channel's events, over lost connections too:
 * retries a send with the same clientMessageId until it is acknowledged, and fills gaps by `resume`.
 */
export class StreamingClient {
  sent = [];
  acked = new Map(); // clientMessageId → the ack
  stream = []; // the channel's events, each once, in order of eventSeq
  faults = []; // whatever a client must never see
  inFlight = 0;
  retries = 0;
  #early = new Map(); // events that came while `resume` was under way
  #resumedTo = 0; // the last eventSeq that came by `resume`
  #lastLive = 0; // the last eventSeq that was broadcast to this connection
  #resuming = true;
  #sending = false;

  static async start(url, user, channel, options) {
    const client = new StreamingClient(url, user, channel, options);
    await until(`${client.name} to be connected`, () => !client.#resuming);
    return client;
  }

  constructor(url, user, channel, options) {
    this.name = user.username;
    this.userId = user.id;
    this.channel = channel;
    this.chat = new ChatClient(url, user.session.accessToken, options);
    this.chat.socket.on('connected', (connected) => this.#onConnected(connected));
    this.chat.socket.on('disconnect', () => {
      this.#resuming = true;
      this.#lastLive = 0;
      this.#early.clear();
    });
    this.chat.socket.on('new_message', (event) => this.#onEvent(event));
  }

  get transport() {
    return this.chat.socket.io.engine?.transport.name;
  }

  get messages() {
    return this.stream.map(({ message }) => message);
  }

  ask(event, data) {
    return this.chat.ask(event, data);
  }

  /** Keeps `count` sends in flight until `finishSending`. */
  keepSending(count) {
    this.#sending = true;
    const loop = async () => {
      while (this.#sending) await this.#sendOne();
    };
    this.loops = Array.from({ length: count }, loop);
  }

  /** Resolves when everything sent is acknowledged. */
  async finishSending() {
    this.#sending = false;
    await Promise.all(this.loops);
  }

  close() {
    this.#sending = false;
    this.chat.close();
  }

  async #sendOne() {
    const number = this.sent.length + 1;
    const message = { clientMessageId: randomUUID(), content: `${this.name} ${number}`, senderId: this.userId };
    this.sent.push(message);
    ++this.inFlight;
    while (!this.acked.has(message.clientMessageId)) {
      await until('the connection', () => this.chat.socket.connected, { timeoutMs: 60_000 });
      const ack = await this.#trySend(message);
      if (ack?.ok) this.acked.set(message.clientMessageId, ack);
      else if (ack && !ack.error.retryable) throw new Error(`refused: ${JSON.stringify(ack)}`);
      else ++this.retries;
    }
    --this.inFlight;
  }

  /** The ack, or undefined when the connection was lost before it came. */
  #trySend({ clientMessageId, content }) {
    const { socket } = this.chat;
    return new Promise((resolve) => {
      const lost = () => resolve(undefined);
      socket.once('disconnect', lost);
      socket.emit('send_message', { chatChannelId: this.channel, content, clientMessageId }, (ack) => {
        socket.off('disconnect', lost);
        resolve(ack);
      });
    });
  }

  async #onConnected({ channels }) {
    const state = channels.find(({ chatChannelId }) => chatChannelId === this.channel);
    if (this.firstEventSeq === undefined) {
      this.firstEventSeq = state.lastEventSeq + 1;
    } else {
      const known = this.firstEventSeq + this.stream.length - 1;
      const ack = await this.ask('resume', { channels: { [this.channel]: known } }).catch(() => undefined);
      if (!ack) return; // Lost again: the next `connected` resumes.
      const { recovered, events } = ack.channels[this.channel];
      if (!recovered) this.faults.push('not recovered');
      for (const { data } of events) this.#apply(data);
      this.#resumedTo = this.firstEventSeq + this.stream.length - 1;
    }
    this.#resuming = false;
    for (const event of this.#early.values()) this.#follow(event);
    this.#early.clear();
  }

  #onEvent(event) {
    if (event.eventSeq <= this.#lastLive) this.faults.push(`${event.eventSeq} was broadcast after ${this.#lastLive}`);
    this.#lastLive = event.eventSeq;
    if (this.#resuming) this.#early.set(event.eventSeq, event);
    else this.#follow(event);
  }

  /** `resume` reads what is committed, and may be faster than its broadcast: the client tells by eventSeq. */
  #follow(event) {
    const due = this.firstEventSeq + this.stream.length;
    if (event.eventSeq === due) this.stream.push(event);
    else if (event.eventSeq > this.#resumedTo) this.faults.push(`${event.eventSeq} came live when ${due} was due`);
  }

  #apply(event) {
    const due = this.firstEventSeq + this.stream.length;
    if (event.eventSeq === due) this.stream.push(event);
    else if (event.eventSeq > due) this.faults.push(`resume skipped from ${due} to ${event.eventSeq}`);
  }
}
