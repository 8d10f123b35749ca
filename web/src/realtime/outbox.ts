// Messages on their way. Each is stored before it is sent and keeps its clientMessageId over every retry, reload
// and reconnect, so the server stores it once. Within a channel they leave one after the other, in order.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ErrorBody, Message } from '../generated/types';
import { backoffMs } from './backoff';
import { uuidV7 } from './ids';
import type { OwnStore } from '../storage/database';
import type { Reply, Requests } from './protocol';

/** Over half a minute and more: a database that restarts takes seconds. */
const ATTEMPTS_MAX = 8;
/** The server knows a repeated clientMessageId for 7 days; older ones are the user's decision. */
export const RESEND_MAX_AGE_MS = 6 * 24 * 3_600_000;

/** A message written here that the server has not acknowledged. */
export interface StoredEntry {
  readonly clientMessageId: string;
  readonly userId: number;
  readonly chatChannelId: number;
  readonly content: string;
  /** The message that it answers. */
  readonly parentMessageId: number | null;
  /** Unix time in milliseconds. */
  readonly createdAt: number;
  /** Set when sending was given up. */
  readonly error: ErrorBody | null;
}

export type OutboxEntry = StoredEntry & {
  /** Set once acknowledged, until the timeline shows the message. */
  readonly sent: Message | null;
};

type Send = (body: Requests['send_message']['body']) => Promise<Reply<Requests['send_message']['reply']>>;

const noAnswer: ErrorBody = {
  code: 'client.timeout',
  message: 'The server did not answer.',
  retryable: true,
};
export const tooOld: ErrorBody = {
  code: 'client.too_old',
  message: 'Written too long ago.',
  retryable: true,
};

export class Outbox {
  readonly store: StoreApi<readonly OutboxEntry[]> = createStore(() => [] as readonly OutboxEntry[]);
  private readonly draining = new Set<number>();
  private online = false;

  constructor(
    private readonly userId: number,
    private readonly storage: OwnStore<StoredEntry>,
    private readonly send: Send,
    /** Takes the message up; true when the timeline now shows it (or nobody looks). */
    private readonly onSent: (message: Message) => boolean,
  ) {}

  async restore(): Promise<void> {
    // Ids begin with their time: the order of the store is the order of writing.
    const stored = await this.storage.all();
    const now = Date.now();
    const entries = stored.map((entry) => {
      const stale = !entry.error && now - entry.createdAt > RESEND_MAX_AGE_MS;
      return { ...entry, error: stale ? tooOld : entry.error, sent: null };
    });
    const known = new Set(this.entries().map((entry) => entry.clientMessageId));
    this.write([...entries.filter((entry) => !known.has(entry.clientMessageId)), ...this.entries()]);
    if (this.online) this.resume();
  }

  async enqueue(
    chatChannelId: number,
    content: string,
    parentMessageId: number | null = null,
  ): Promise<void> {
    const entry: OutboxEntry = {
      clientMessageId: uuidV7(),
      userId: this.userId,
      chatChannelId,
      content,
      parentMessageId,
      createdAt: Date.now(),
      error: null,
      sent: null,
    };
    this.write([...this.entries(), entry]);
    await this.keep(entry);
    void this.drain(chatChannelId);
  }

  async retry(clientMessageId: string): Promise<void> {
    const entry = this.find(clientMessageId);
    if (!entry?.error) return;
    const again = { ...entry, error: null };
    // To the end: what was written after it may have left already.
    this.write([...this.entries().filter((other) => other !== entry), again]);
    await this.keep(again);
    void this.drain(entry.chatChannelId);
  }

  async discard(clientMessageId: string): Promise<void> {
    this.drop(clientMessageId);
    await this.storage.remove(clientMessageId);
  }

  /** The timeline shows the message: it is no longer on its way, whoever delivered it. */
  settle(clientMessageId: string): void {
    if (this.find(clientMessageId)) void this.discard(clientMessageId);
  }

  resume(): void {
    this.online = true;
    for (const channelId of new Set(this.entries().map((entry) => entry.chatChannelId)))
      void this.drain(channelId);
  }

  pause(): void {
    this.online = false;
  }

  private async drain(channelId: number): Promise<void> {
    if (this.draining.has(channelId)) return;
    this.draining.add(channelId);
    let attempt = 0;
    for (let entry = this.next(channelId); this.online && entry; entry = this.next(channelId)) {
      const { chatChannelId, content, clientMessageId, parentMessageId } = entry;
      const answers = parentMessageId ? { parentMessageId } : {};
      const reply = await this.send({ chatChannelId, content, clientMessageId, ...answers });
      if (reply.kind === 'ok') {
        attempt = 0;
        await this.acknowledge(clientMessageId, reply.value.message);
        continue;
      }
      const error = reply.kind === 'refused' ? reply.error : noAnswer;
      attempt = error.retryable ? attempt + 1 : ATTEMPTS_MAX;
      if (!this.online) break;
      if (attempt >= ATTEMPTS_MAX) {
        attempt = 0;
        await this.giveUp(clientMessageId, error);
      } else {
        const ms = Math.max(error.retryAfterMs ?? 0, backoffMs(attempt));
        await new Promise((done) => setTimeout(done, ms));
      }
    }
    this.draining.delete(channelId);
  }

  private async acknowledge(clientMessageId: string, message: Message): Promise<void> {
    if (this.onSent(message)) this.drop(clientMessageId);
    else this.edit(clientMessageId, { sent: message });
    await this.storage.remove(clientMessageId);
  }

  private async giveUp(clientMessageId: string, error: ErrorBody): Promise<void> {
    this.edit(clientMessageId, { error });
    const entry = this.find(clientMessageId);
    if (entry) await this.keep(entry);
  }

  private keep(entry: StoredEntry): Promise<void> {
    return this.storage.put(entry.clientMessageId, entry);
  }

  private next(channelId: number): OutboxEntry | undefined {
    return this.entries().find((entry) => entry.chatChannelId === channelId && !entry.error && !entry.sent);
  }

  private edit(clientMessageId: string, fields: Partial<OutboxEntry>): void {
    this.write(
      this.entries().map((entry) =>
        entry.clientMessageId === clientMessageId ? { ...entry, ...fields } : entry,
      ),
    );
  }

  private drop(clientMessageId: string): void {
    this.write(this.entries().filter((entry) => entry.clientMessageId !== clientMessageId));
  }

  private find(clientMessageId: string): OutboxEntry | undefined {
    return this.entries().find((entry) => entry.clientMessageId === clientMessageId);
  }

  private entries(): readonly OutboxEntry[] {
    return this.store.getState();
  }

  private write(entries: readonly OutboxEntry[]): void {
    this.store.setState(entries, true);
  }
}
