// The thread that is open: a message and the answers to it. Fetched by pages, then kept by the channel's events.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { History, Message } from '../generated/types';
import { changed, editedMessages, type MessageChange } from './message-changes';
import type { ChannelEvent } from './protocol';

export interface ThreadPages {
  message(channelId: number, messageId: number): Promise<Message>;
  replies(channelId: number, messageId: number, before: number | null): Promise<History>;
}

export type ThreadView =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading' | 'failed'; readonly channelId: number; readonly rootId: number }
  | {
      readonly kind: 'ready';
      readonly channelId: number;
      readonly rootId: number;
      readonly root: Message;
      readonly replies: readonly Message[];
      readonly hasMoreBefore: boolean;
    };

export class Threads {
  readonly store: StoreApi<ThreadView> = createStore(() => ({ kind: 'none' }) as ThreadView);
  /** What happened in the channel while the thread was on its way. */
  private meanwhile: MessageChange[] = [];

  constructor(private readonly pages: ThreadPages) {}

  async open(channelId: number, rootId: number): Promise<void> {
    const loading: ThreadView = { kind: 'loading', channelId, rootId };
    this.meanwhile = [];
    this.write(loading);
    try {
      const root = await this.pages.message(channelId, rootId);
      const { messages, hasMoreBefore } = await this.pages.replies(channelId, rootId, null);
      if (this.store.getState() !== loading) return;
      const ready: ThreadView = { kind: 'ready', channelId, rootId, root, replies: messages, hasMoreBefore };
      this.write(this.meanwhile.reduce(applied, ready));
    } catch {
      if (this.store.getState() === loading) this.write({ ...loading, kind: 'failed' });
    }
  }

  close(): void {
    this.write({ kind: 'none' });
  }

  /** After a reconnect: what was missed is not among the events that come. */
  resume(): void {
    const view = this.store.getState();
    if (view.kind !== 'none') void this.open(view.channelId, view.rootId);
  }

  async loadOlder(): Promise<void> {
    const view = this.store.getState();
    if (view.kind !== 'ready' || !view.hasMoreBefore) return;
    const first = view.replies[0]?.id ?? null;
    const page = await this.pages.replies(view.channelId, view.rootId, first).catch(() => null);
    const now = this.store.getState();
    if (!page || now.kind !== 'ready' || now.rootId !== view.rootId || now.replies[0]?.id !== first) return;
    this.write({ ...now, replies: [...page.messages, ...now.replies], hasMoreBefore: page.hasMoreBefore });
  }

  handle(channelId: number, change: MessageChange): void {
    const view = this.store.getState();
    if (view.kind === 'none' || view.channelId !== channelId) return;
    if (view.kind === 'ready') this.write(applied(view, change));
    else this.meanwhile.push(change);
  }

  private write(view: ThreadView): void {
    if (view !== this.store.getState()) this.store.setState(view, true);
  }
}

type Ready = ThreadView & { kind: 'ready' };

function applied(view: Ready, change: MessageChange): Ready {
  if (change.event === 'new_message') return withReply(view, change);
  const root =
    'messageId' in change.data && change.data.messageId === view.rootId
      ? changed(view.root, change)
      : view.root;
  const replies = editedMessages(view.replies, change);
  return root === view.root && replies === view.replies ? view : { ...view, root, replies };
}

function withReply(view: Ready, { data }: ChannelEvent & { event: 'new_message' }): Ready {
  const { message } = data;
  if (message.parentMessageId !== view.rootId || (view.replies.at(-1)?.id ?? 0) >= message.id) return view;
  return { ...view, replies: [...view.replies, message] };
}
