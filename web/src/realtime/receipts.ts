// Read and delivered marks: one's own, sent in batches, and those of others.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { MemberPosition } from '../generated/types';
import type { Request } from './protocol';

const PAUSE_MS = 400;

export type MarkKind = 'read' | 'delivered';

/** The ids up to which a member has got and read a channel. */
export interface Marks {
  readonly read: number;
  readonly delivered: number;
}

export type ChannelMarks = ReadonlyMap<number, Marks>;

interface Mark {
  readonly kind: MarkKind;
  readonly channelId: number;
  readonly messageId: number;
}

const none: Marks = { read: 0, delivered: 0 };

/** How far others are, by channel and user. Marks only move forward. */
export class Receipts {
  readonly store: StoreApi<ReadonlyMap<number, ChannelMarks>> = createStore(
    () => new Map() as ReadonlyMap<number, ChannelMarks>,
  );

  moved(kind: MarkKind, channelId: number, userId: number, messageId: number): void {
    this.move(channelId, [[userId, { read: kind === 'read' ? messageId : 0, delivered: messageId }]]);
  }

  /** The server's word on where members are: it knows what moved while nobody listened here. */
  placed(channelId: number, positions: readonly MemberPosition[]): void {
    this.move(
      channelId,
      positions.map(({ userId, lastReadMessageId, lastDeliveredMessageId }) => {
        const read = lastReadMessageId ?? 0;
        // What is read is delivered.
        return [userId, { read, delivered: Math.max(read, lastDeliveredMessageId ?? 0) }];
      }),
    );
  }

  private move(channelId: number, moves: readonly (readonly [userId: number, to: Marks])[]): void {
    const all = this.store.getState();
    const channel = new Map(all.get(channelId));
    let moved = false;
    for (const [userId, to] of moves) {
      const before = channel.get(userId) ?? none;
      if (to.read <= before.read && to.delivered <= before.delivered) continue;
      channel.set(userId, {
        read: Math.max(before.read, to.read),
        delivered: Math.max(before.delivered, to.delivered),
      });
      moved = true;
    }
    if (moved) this.store.setState(new Map(all).set(channelId, channel), true);
  }
}

/** Sends one's own marks: the latest of each channel, a few times a second, and again after a reconnect. */
export class MarkSender {
  private readonly wanted = new Map<string, Mark>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sending = false;

  constructor(
    private readonly request: Request,
    private readonly onRead: (channelId: number, messageId: number, unreadCount: number) => void,
  ) {}

  mark(kind: MarkKind, channelId: number, messageId: number): void {
    const key = `${kind}:${channelId}`;
    if ((this.wanted.get(key)?.messageId ?? 0) >= messageId) return;
    this.wanted.set(key, { kind, channelId, messageId });
    if (kind === 'read' && (this.wanted.get(`delivered:${channelId}`)?.messageId ?? 0) <= messageId)
      this.wanted.delete(`delivered:${channelId}`);
    this.schedule();
  }

  /** After a reconnect. */
  resume(): void {
    this.schedule();
  }

  private schedule(): void {
    if (this.wanted.size > 0 && !this.sending) this.timer ??= setTimeout(() => void this.flush(), PAUSE_MS);
  }

  private async flush(): Promise<void> {
    this.timer = undefined;
    this.sending = true;
    let connected = true;
    for (const [key, wanted] of [...this.wanted]) {
      // Read meanwhile, or further: its own turn comes.
      if (this.wanted.get(key) !== wanted) continue;
      connected = await this.send(wanted);
      if (!connected) break;
      if (this.wanted.get(key) === wanted) this.wanted.delete(key);
    }
    this.sending = false;
    // What was marked during the round trip is still to be sent.
    if (connected) this.schedule();
  }

  /** False when the connection ended: the rest waits for the next one. */
  private async send({ kind, channelId, messageId }: Mark): Promise<boolean> {
    const body = { chatChannelId: channelId, messageId };
    if (kind === 'delivered') return (await this.request('mark_as_delivered', body)).kind !== 'lost';
    const reply = await this.request('mark_as_read', body);
    if (reply.kind === 'ok')
      this.onRead(channelId, reply.value.lastReadMessageId ?? messageId, reply.value.unreadCount);
    return reply.kind !== 'lost';
  }
}
