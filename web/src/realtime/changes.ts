// Edits, deletions and reactions on their way. They show at once; a refusal takes them back. They survive a reload, and
// what the connection cut off is asked again after the next connect: each may be repeated without harm.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ErrorBody, Message } from '../generated/types';
import type { OwnStore } from '../storage/database';
import { assertNever } from './assert-never';
import { uuidV7 } from './ids';
import { withReaction, withoutReaction, type MessageChange } from './message-changes';
import { RESEND_MAX_AGE_MS, tooOld } from './outbox';
import type { Reply, Request } from './protocol';

export type Wish = { readonly chatChannelId: number; readonly messageId: number } & (
  | { readonly kind: 'edit'; readonly content: string }
  | { readonly kind: 'delete' }
  | { readonly kind: 'react' | 'unreact'; readonly reaction: string }
);

export type StoredWish = Wish & {
  readonly id: string;
  /** Unix time in milliseconds. */
  readonly createdAt: number;
};

export interface ChangesEvents {
  /** The server did it: the timeline takes it up before the wish goes. */
  readonly done: (channelId: number, change: MessageChange) => void;
  readonly refused: (wish: Wish, error: ErrorBody) => void;
}

export class Changes {
  readonly store: StoreApi<readonly StoredWish[]> = createStore(() => [] as readonly StoredWish[]);
  private readonly restored = new Set<StoredWish>();
  private fulfilling = false;

  constructor(
    /** Asks until there is an answer or the connection ends. */
    private readonly request: Request,
    private readonly storage: OwnStore<StoredWish>,
    private readonly events: ChangesEvents,
  ) {}

  async restore(): Promise<void> {
    const known = new Set(this.store.getState().map(({ id }) => id));
    const stored = (await this.storage.all()).filter(({ id }) => !known.has(id));
    for (const wish of stored) this.restored.add(wish);
    this.store.setState([...stored, ...this.store.getState()], true);
    void this.resume();
  }

  wish(wish: Wish): void {
    const kept: StoredWish = { ...wish, id: uuidV7(), createdAt: Date.now() };
    this.store.setState([...this.store.getState(), kept], true);
    void this.storage.put(kept.id, kept);
    void this.resume();
  }

  /** One after the other, in the order of wishing. Asks again after a reconnect for what got no answer. */
  async resume(): Promise<void> {
    if (this.fulfilling) return;
    this.fulfilling = true;
    for (let wish = this.first(); wish; wish = this.first()) {
      if (!(await this.isDone(wish))) break;
      this.restored.delete(wish);
      const { id } = wish;
      void this.storage.remove(id);
      this.store.setState(
        this.store.getState().filter((other) => other.id !== id),
        true,
      );
    }
    this.fulfilling = false;
  }

  /** False when the connection ended first. */
  private async isDone(wish: StoredWish): Promise<boolean> {
    if (Date.now() - wish.createdAt > RESEND_MAX_AGE_MS) {
      this.events.refused(wish, tooOld);
      return true;
    }
    // Another tab restored it too, and has done it: the user may have changed more since.
    if (this.restored.has(wish) && (await this.storage.get(wish.id)) === null) return true;
    const reply = await this.ask(wish);
    if (reply.kind === 'lost') return false;
    if (reply.kind === 'ok') {
      if (reply.value) this.events.done(wish.chatChannelId, reply.value);
    } else if (!(wish.kind === 'delete' && reply.error.code === 'message.deleted'))
      this.events.refused(wish, reply.error);
    return true;
  }

  private first(): StoredWish | undefined {
    return this.store.getState()[0];
  }

  private async ask(wish: Wish): Promise<Reply<MessageChange | null>> {
    const { chatChannelId, messageId } = wish;
    const at = { chatChannelId, messageId };
    const known = { ...at, eventSeq: 0, messageCreatedAt: '' };
    switch (wish.kind) {
      case 'edit': {
        const reply = await this.request('edit_message', { ...at, content: wish.content });
        return mapped(reply, ({ message }) => ({
          event: 'message_edited',
          data: {
            ...known,
            content: message.content,
            editedAt: message.editedAt ?? message.createdAt,
            editedBy: message.senderId,
          },
        }));
      }
      case 'delete': {
        const reply = await this.request('delete_message', at);
        return mapped(reply, ({ deletedAt }) => ({
          event: 'message_deleted',
          data: { ...known, deletedAt, deletedBy: 0 },
        }));
      }
      case 'react':
      case 'unreact': {
        const name = wish.kind === 'react' ? 'add_reaction' : 'remove_reaction';
        const reply = await this.request(name, { ...at, reaction: wish.reaction });
        // Its event has come before: others may have reacted since, so what the answer holds may be old.
        return mapped(reply, () => null);
      }
      default:
        return assertNever(wish);
    }
  }
}

function mapped<T>(reply: Reply<T>, change: (value: T) => MessageChange | null): Reply<MessageChange | null> {
  return reply.kind === 'ok' ? { kind: 'ok', value: change(reply.value) } : reply;
}

/** A message as it will be once the wishes are fulfilled. */
export function wished(message: Message, wishes: readonly Wish[], me: number): Message {
  return wishes.reduce((before, wish) => {
    if (wish.messageId !== message.id || before.deletedAt !== null) return before;
    switch (wish.kind) {
      case 'edit':
        return { ...before, content: wish.content, editedAt: before.editedAt ?? before.createdAt };
      case 'delete':
        return { ...before, content: '', deletedAt: before.createdAt, reactions: [] };
      case 'react':
        return { ...before, reactions: withReaction(before.reactions, wish.reaction, me) };
      case 'unreact':
        return { ...before, reactions: withoutReaction(before.reactions, wish.reaction, me) };
      default:
        return assertNever(wish);
    }
  }, message);
}
